"""How Laurel is run: the embedded stack, the demo, gunicorn's settings, the container image."""
