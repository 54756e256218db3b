"""Checks and scores of finished assets, renderers and the contact sheet."""
