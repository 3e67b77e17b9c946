"""The chassis that every service stands on: no business word in it, apart from `events/`."""
