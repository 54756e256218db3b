"""What several formats do to pictures."""
