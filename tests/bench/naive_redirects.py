"""What a redirect is measured against, served by the same gunicorn: nothing at all, and the way that comes to mind."""

import os
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import flask
from flask import Flask, request
from pymongo import MongoClient

LANDING = "https://shop.example/"
DATABASE = "naive"


def bare() -> Callable[..., Iterable[bytes]]:
    """A 302 and nothing else."""

    def answer(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        headers = [("Location", LANDING), ("Content-Length", "0"), ("Cache-Control", "no-store")]
        start_response("302 FOUND", headers)
        return []

    return answer


def naive() -> Flask:
    """Flask, `find_one`, `insert_one`, and then a redirect."""
    app = Flask(__name__)
    client: MongoClient[dict[str, Any]] = MongoClient(os.environ["LAUREL_MONGO_URL"])
    links, clicks = client[DATABASE]["links"], client[DATABASE]["clicks"]

    @app.get("/r/<code>")
    def lead(code: str) -> flask.Response:
        found = links.find_one({"_id": code})
        if found is None:
            flask.abort(404)
        click = {
            "_id": secrets.token_urlsafe(16),
            "link": code,
            "moment": datetime.now(UTC),
            "user_agent": request.headers.get("User-Agent", ""),
            "address": request.remote_addr,
        }
        clicks.insert_one(click)
        return flask.Response(status=302, headers={"Location": f"{found['url']}?click={click['_id']}"})

    return app
