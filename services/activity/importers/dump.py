"""The rows of one XML file of a Stack Exchange dump, of any size, in bounded memory.

A damaged line costs that line: the parser starts again behind it, because a dump holds one row a line.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self
from xml.etree.ElementTree import ParseError  # the exception alone; defusedxml does the parsing

from defusedxml.ElementTree import DefusedXMLParser

from services.activity.importers.items import Advance, Unreadable

CHUNK = 1 << 16
MOST_BREAKS = 100  # beyond that the file is no dump, and each break reads it again up to the broken line


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The attributes of one `<row …/>`, and where it stands."""

    place: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Break:
    line: int  # counted in the file, from 1
    reason: str
    root: str


def rows(path: Path, advance: Advance) -> Iterator[Row | Unreadable]:
    """Every row of the file in its order, and what cannot be read of it, with its line.

    Raises defusedxml's `DefusedXmlException` for entities: a dump has none, an attack has.
    """
    broken = yield from _rows_from(path, 1, "", advance)
    for _ in range(MOST_BREAKS):
        if broken is None:
            return
        yield Unreadable(place=f"{path.name}, line {broken.line}", reason=broken.reason)
        again = yield from _rows_from(path, broken.line, broken.root, advance)
        # The fault may lie at the end of the line before: only a line that breaks twice is left behind.
        if again is not None and again.line == broken.line:
            again = yield from _rows_from(path, broken.line + 1, broken.root, advance)
        broken = again
    if broken is not None:
        yield Unreadable(
            place=f"{path.name}, line {broken.line}", reason="too damaged: the rest was not read"
        )


class _Gathered:
    """What the parser calls: no tree is built, the rows of one chunk are all that is kept."""

    def __init__(self) -> None:
        self.root = ""
        self.parser: DefusedXMLParser
        self.found: list[tuple[int, str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.root:
            self.found.append((self.parser.parser.CurrentLineNumber, tag, attributes))
        else:
            self.root = tag

    def close(self) -> Self:
        return self


def _rows_from(
    path: Path, line: int, root: str, advance: Advance
) -> Generator[Row | Unreadable, None, _Break | None]:
    """The rows from that line on; returns the first break, or None at the end."""
    with path.open("rb") as file:
        if not _skipped(file, line - 1):
            return None
        gathered = _Gathered()
        gathered.parser = DefusedXMLParser(target=gathered)
        if root:
            gathered.parser.feed(f"<{root}>")
        try:
            while chunk := file.read(CHUNK):
                gathered.parser.feed(chunk)
                yield from _drained(gathered, path.name, line)
                advance(len(chunk))
            gathered.parser.close()
        except ParseError as error:
            yield from _drained(gathered, path.name, line)
            return _Break(
                line=error.position[0] + line - 1, reason=_in_words(error), root=gathered.root or root
            )
    return None


def _skipped(file: BinaryIO, lines: int) -> bool:
    """Whether anything stands behind that many lines."""
    for _ in range(lines):
        file.readline()
    return bool(lines == 0 or file.peek(1))  # type: ignore[attr-defined]  # a BufferedReader has it


def _drained(gathered: _Gathered, name: str, line: int) -> Iterator[Row | Unreadable]:
    for at, tag, attributes in gathered.found:
        place = f"{name}, line {at + line - 1}"
        if tag == "row":
            yield Row(place=place, attributes=attributes)
        else:
            yield Unreadable(place=place, reason=f"<{tag}> where a <row> should be")
    gathered.found.clear()


def _in_words(error: ParseError) -> str:
    reason = str(error).rpartition(":")[0]
    return "the file ends before its last tag" if reason == "no element found" else f"not XML: {reason}"
