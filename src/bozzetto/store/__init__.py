"""Bytes by their hash and records by their key, in a folder or in an object store."""
