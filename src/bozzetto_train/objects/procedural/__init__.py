"""Seeded makers of widely different objects, so that training sees more than the asset packs."""
