# `make demo` and `make test` set up all they need from the Python and npm registries.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: formats-check gallery setup setup-train train-smoke demo test lint types unit page examples lock clean

setup: .venv/.ready tools/node/node_modules/.ready page/node_modules/.ready

.venv/.ready: requirements/dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

# Node itself comes with the Python packages, so that no system package is needed.
tools/node/node_modules/.ready: tools/node/package-lock.json .venv/.ready
	cd tools/node && npm ci --silent --no-audit --no-fund
	touch $@

page/node_modules/.ready: page/package-lock.json .venv/.ready
	cd page && npm ci --silent --no-audit --no-fund
	touch $@

# Renew the studio's page, which is committed as built, and its types from the API's schema.
page: page/node_modules/.ready
	cd page && npm run --silent types && npm run --silent build

# torch's CPU build is enough; on Linux the plain wheel of the registry brings CUDA along.
setup-train: .venv/.ready-train

.venv/.ready-train: requirements/train.lock .venv/.ready
	$(BIN)/python -m pip install --quiet -r requirements/train.lock
	touch $@

# Trains a tiny network from nothing to a draft: every step of docs/training.md, in minutes.
train-smoke: .venv/.ready-train
	$(BIN)/python -W ignore -m bozzetto_train.smoke out/train-smoke

gallery: .venv/.ready page/node_modules/.ready
	.venv/bin/python -m tools.gallery -o out/gallery

demo: .venv/.ready
	$(BIN)/bozzetto make examples/photos/coffee.png -o out/coffee
	$(BIN)/bozzetto make examples/photos/character.jpg -o out/character
	$(BIN)/bozzetto make examples/photos/chair.jpg -o out/chair

# All checks, with the time that each part took.
test: setup
	$(BIN)/python -m tools.checks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: setup
	tools/node/node_modules/.bin/pyright
	cd page && npm run --silent check

# A file of tests stays in one process. One thread each for linear algebra: the processes share the cores.
unit: setup
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n logical --maxprocesses 8 \
	  --dist loadfile --no-loadscope-reorder --durations 30 --durations-min 1

# What independent readers find in files of every format, a part of `test`; with Blender too where
# BOZZETTO_BLENDER_PYTHON names an interpreter that can import bpy.
formats-check: setup
	$(BIN)/python -m tools.formats_check

# Renew the lock files; needs uv (pip install uv).
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-find-links --no-emit-index-url pyproject.toml -o requirements/default.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-find-links --no-emit-index-url pyproject.toml --group dev \
	  --extra studio --extra studio-postgres -o requirements/dev.lock

clean:
	rm -rf .venv tools/node/node_modules page/node_modules out
