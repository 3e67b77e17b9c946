"""`titles-and-badges`: recognition, and the reasons for it."""
