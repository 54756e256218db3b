"""The same path as plain functions of values: no project folder, nothing on disk but the result.

python examples/03_stages_in_memory.py examples/photos/coffee.png out/example-03.glb
"""

import sys
from pathlib import Path

import bozzetto

photo, findings = bozzetto.load_photo(Path(sys.argv[1]))
masked = bozzetto.make_mask(photo)
for finding in (*findings, *bozzetto.advise(photo, masked.mask), *masked.findings):
    print(finding.severity, finding.code, finding.message, finding.fix)

foreground = bozzetto.cut_out(photo, masked.mask)
capture = bozzetto.capture_of([photo], masks=[masked.mask], foregrounds=[foreground])
drafts = bozzetto.draft_capture(capture)
options = bozzetto.RefineOptions(target_triangles=2_000, texture_size=512)
refined = bozzetto.refine_draft(drafts[0], capture, name="example", options=options)

target = Path(sys.argv[2])
target.parent.mkdir(parents=True, exist_ok=True)
target.write_bytes(bozzetto.write_glb(refined.asset))
print(target, f"{refined.share_observed:.0%} of the surface was seen")
