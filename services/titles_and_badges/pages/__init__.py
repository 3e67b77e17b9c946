"""HTML that anybody may open: templates that escape by themselves, words in three languages, no script."""

import functools
import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from babel import dates
from jinja2 import Environment, PackageLoader, StrictUndefined

LANGUAGES = ("en", "uk", "ru")
#: For pages that load a style sheet and pictures of our own, and nothing else in the world.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_templates = Environment(
    loader=PackageLoader(__name__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, language: str, **values: Any) -> str:  # noqa: ANN401 (whatever a template shows)
    """A page as HTML; in the template `_("key", name=…)` is a phrase and `day(moment)` a date, in its language."""
    phrases = words(language)

    def phrase(key: str, **parts: str) -> str:
        return str(phrases[key]).format(**parts)

    return _templates.get_template(template).render(
        _=phrase, day=functools.partial(day, language=language), language=language, **values
    )


def day(moment: datetime, *, language: str) -> str:
    """A date in words, in UTC."""
    return dates.format_date(moment.date(), "long", locale=language)


def style() -> bytes:
    """The style sheet of all pages."""
    return (resources.files(__name__) / "style.css").read_bytes()


@functools.cache
def words(language: str) -> Mapping[str, Any]:
    """The phrases of a language, by key."""
    found: Mapping[str, Any] = json.loads(
        (resources.files(__name__) / "locales" / f"{language}.json").read_text(encoding="utf-8")
    )
    return found
