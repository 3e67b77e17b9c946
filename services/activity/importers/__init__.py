"""Histories from elsewhere, brought in through the public HTTP API; how they are stored is not known here.

`stackexchange` and `ndjson` read (pure, streaming), `checking` checks for the dry run, `sending` sends,
`bookmark` remembers how far, `report` says what happened, `cli` is the door.
"""
