"""From photograph to foreground: masks, their refinement, checks, strokes, and the cut-out."""
