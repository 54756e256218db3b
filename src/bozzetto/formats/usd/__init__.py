"""USDA, USDC and USDZ, written and read."""
