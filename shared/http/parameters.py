"""Query parameters: an operation refuses those that it does not know.

A filter with a typing error would show everything. Pages that anybody may open ignore them: whoever leads people
there adds his own (`utm_source`).
"""

from flask import Flask, g, request

from shared.errors import Invalid, Place
from shared.http import answers, views
from shared.http.views import View

_KNOWN = "query"


def declare(view: View, schema: answers.Schema) -> View:
    """Note what a view takes in its query."""
    found = schema() if isinstance(schema, type) else schema
    names = [field.data_key or name for name, field in found.load_fields.items()]
    return views.declare(_KNOWN, tuple(names))(view)


def register(app: Flask) -> None:
    """Check the query of every request that needs a token."""

    @app.before_request
    def check() -> None:
        if not request.args or "grant" not in g:
            return
        known: tuple[str, ...] = views.declared_here(_KNOWN) or ()
        unknown = [name for name in request.args if name not in known]
        if unknown:
            taken = f"the query parameters {', '.join(known)}" if known else "no query parameters"
            message = f"This address takes {taken}."
            detail = "there is no such parameter here"
            raise Invalid(message, errors=[Place(pointer=name, detail=detail) for name in unknown])
