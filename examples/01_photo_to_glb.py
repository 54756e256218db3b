"""One photo in, one finished GLB out: the two-line front door.

python examples/01_photo_to_glb.py examples/photos/coffee.png out/example-01
"""

import sys

import bozzetto

delivery = bozzetto.make(sys.argv[1], output=sys.argv[2])

print(delivery.asset)
print(f"{delivery.report.surface.inferred:.0%} of the surface is inferred")
