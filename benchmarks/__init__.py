"""Benchmarks: scripts that measure, with their results in `results/`."""
