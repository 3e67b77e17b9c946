"""What `activity` does: one function, one transaction; long work is a chain of such steps."""
