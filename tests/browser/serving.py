"""Two origins on loopback: the service, and a brand's own site with the strictest policy that a page can have."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server


class _Silent(WSGIRequestHandler):
    """Writes no line for each request."""

    def log(self, *_: object) -> None:
        return


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application in threads of this process. Yields its origin."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Site:
    """A brand's site: pages by path, everything forbidden but what comes from the service."""

    service: str
    pages: dict[str, str] = field(default_factory=dict)
    origin: str = ""

    def app(self) -> Flask:
        """The site as an application."""
        app = Flask("site", static_folder=None)
        policy = "; ".join(
            ["default-src 'none'", "base-uri 'none'", "form-action 'none'"]
            + [f"{kind}-src {self.service}" for kind in ("script", "connect", "style", "img", "frame")]
        )

        @app.get("/<path:name>")
        def page(name: str) -> Response:
            return Response(
                self.pages[name], mimetype="text/html", headers={"Content-Security-Policy": policy}
            )

        return app

    def put(
        self, name: str, body: str, *, language: str = "en", direction: str = "ltr", head: str = ""
    ) -> str:
        """Publish a page. Returns its address."""
        self.pages[name] = (
            f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>A page of the brand</title>'
            f'<link rel="stylesheet" href="{self.service}/widgets/v1/elements.css">{head}</head>'
            f"<body><main><h1>Our people</h1>{body}<p>And the page goes on below.</p></main></body></html>"
        )
        return f"{self.origin}/{name}"

    def script(self, *elements: str) -> str:
        """The tags that bring elements in."""
        return "".join(
            f'<script type="module" src="{self.service}/widgets/v1/{each}.js"></script>' for each in elements
        )
