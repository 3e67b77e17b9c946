"""The HTTP chassis: what a service's `api.py` and `app.py` need of it.

from shared import http

blueprint = http.Blueprint("members", description="The people of a community")
"""

from shared.http.access import Standing, StandingOf, community, grant, requires
from shared.http.answers import nothing, respond
from shared.http.app import create_app, document
from shared.http.batches import Took
from shared.http.batches import one_or_many as take_one_or_many
from shared.http.bodies import BATCH, body, body_limit
from shared.http.health import begin_shutdown
from shared.http.kept import Kept
from shared.http.moments import Moment, moment
from shared.http.openapi import Blueprint, one_or_many
from shared.http.pages import PageQuery, decode_cursor, encode_cursor, page, page_of
from shared.http.problems import invalid, places, problem
from shared.http.requests import request_id
from shared.http.resources import ReadOnly

__all__ = [
    "BATCH",
    "Blueprint",
    "Kept",
    "Moment",
    "PageQuery",
    "ReadOnly",
    "Standing",
    "StandingOf",
    "Took",
    "begin_shutdown",
    "body",
    "body_limit",
    "community",
    "create_app",
    "decode_cursor",
    "document",
    "encode_cursor",
    "grant",
    "invalid",
    "moment",
    "nothing",
    "one_or_many",
    "page",
    "page_of",
    "places",
    "problem",
    "request_id",
    "requires",
    "respond",
    "take_one_or_many",
]
