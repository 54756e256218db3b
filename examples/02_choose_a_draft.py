"""Look at several drafts, approve one, refine it to another budget.

python examples/02_choose_a_draft.py examples/photos/coffee.png out/example-02
"""

import sys

import bozzetto

photo, folder = sys.argv[1:]
drafted = bozzetto.draft(photo, output=folder)
for rank, entry in enumerate(drafted.drafts.drafts, 1):
    print(rank, entry.variant, entry.score, [reason.text for reason in entry.reasons])

bozzetto.approve(folder, 2, approved_by="the art director")
options = bozzetto.RefineOptions(target_triangles=5_000, texture_size=1024)
print(bozzetto.refine(folder, options=options).asset)
