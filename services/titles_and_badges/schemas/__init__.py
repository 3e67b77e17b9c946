"""What requests to `titles-and-badges` and its answers look like: one file a topic."""
