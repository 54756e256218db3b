"""Makes the data and the weights of the bundled network; needs the extra `train`.

Imports `bozzetto`, never the other way round.
"""
