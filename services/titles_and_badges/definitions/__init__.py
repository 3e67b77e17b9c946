"""Definitions that come with Laurel, as files of JSON."""
