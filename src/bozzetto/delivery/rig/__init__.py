"""A skeleton for an asset or a file, and proof of how it deforms."""
