# Everything a clone needs comes from the Python and npm registries; see CONTRIBUTING.md.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup demo test lint types clean
