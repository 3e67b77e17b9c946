"""Credentials, without a server: against what others published, and against somebody else's verifier."""
