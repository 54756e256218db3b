"""Cut the object out: segmentation networks, alpha, strokes, checks."""
