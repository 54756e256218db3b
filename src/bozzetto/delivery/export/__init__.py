"""Files for a target, each read back and compared."""
