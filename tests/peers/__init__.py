"""Laurel and its peers, asked the same."""
