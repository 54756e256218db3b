"""Photographs to draft shapes, one package per engine, found by name."""
