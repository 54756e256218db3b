"""The input in memory: photographs, masks, strokes, foregrounds, cameras."""
