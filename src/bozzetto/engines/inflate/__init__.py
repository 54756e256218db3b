"""The classical engine: a silhouette inflated by an elliptic profile. No weights."""
