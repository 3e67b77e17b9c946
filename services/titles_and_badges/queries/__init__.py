"""What `titles-and-badges` can tell."""
