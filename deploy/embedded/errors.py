"""What stops the embedded stack."""


class CannotStart(Exception):
    """A server or the stack does not come up; the message says why, and what to do, to the operator."""
