"""What several formats do to skeletons, skins and clips."""
