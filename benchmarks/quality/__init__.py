"""Quality of reconstruction, where the truth is known; see docs/quality.md.

python -m benchmarks.quality run --manifest FILE --engines inflate bozzetto ellipsoid box
"""
