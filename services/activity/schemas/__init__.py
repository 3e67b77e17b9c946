"""What requests to `activity` and its answers look like."""
