"""The learned engine: photos to view-aligned volumes to one surface. Weights come along."""
