"""What stops the embedded stack."""


class CannotStart(Exception):  # noqa: N818  (it says what is true, as in shared/errors.py)
    """A server or the stack does not come up; the message says why, and what to do, to the operator."""
