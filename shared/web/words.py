"""Messages of a catalogue in a reader's language. `words.ts` says the same from the same files."""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable

from babel import Locale, numbers

#: A text with `{places}`, or one for each plural form of the language.
Message = str | Mapping[str, str]
#: Messages by section and key.
Catalogue = Mapping[str, Mapping[str, Message]]
Value = str | float

_PLACE = re.compile(r"\{(\w+)\}")


def catalogues(directory: Traversable) -> dict[str, Catalogue]:
    """Every `LANGUAGE.json` of a directory, by language."""
    files = [each for each in directory.iterdir() if each.name.endswith(".json")]
    return {each.name.removesuffix(".json"): json.loads(each.read_text("utf-8")) for each in files}


def fitting(wanted: Iterable[str | None], offered: Iterable[str]) -> str:
    """The first language wanted that is offered ("uk-UA" takes "uk"); English where none is."""
    known = set(offered)
    plain = (each.lower().replace("_", "-").partition("-")[0] for each in wanted if each)
    return next((each for each in plain if each in known), "en")


def say(language: str, message: Message, **values: Value) -> str:
    """`message` with `values` in their places; the value `count` chooses among plural forms."""
    form = message if isinstance(message, str) else _chosen(language, message, values["count"])
    return _PLACE.sub(lambda place: _written(language, values[place[1]]), form)


def _chosen(language: str, forms: Mapping[str, str], count: Value) -> str:
    return forms.get(Locale.parse(language).plural_form(float(count)), forms["other"])


def _written(language: str, value: Value) -> str:
    return value if isinstance(value, str) else str(numbers.format_decimal(value, locale=language))
