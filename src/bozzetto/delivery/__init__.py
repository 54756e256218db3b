"""Finished files for shops and engines: targets, profiles, sizes, bundles, provenance."""
