"""What a community promises to those who recommend it."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from services.referral.domain.programs import Program, Version
from services.referral.repository import programs
from shared.errors import NotFound


def every(community: str, now: datetime) -> list[dict[str, Any]]:
    """The programs of a community, each as it holds now."""
    return [shown(each, now) for each in programs.every(community)]


def one(community: str, slug: str, now: datetime) -> dict[str, Any]:
    """A program as it holds now. Raises NotFound."""
    return shown(_need(community, slug), now)


def versions(community: str, slug: str) -> list[dict[str, Any]]:
    """All versions of a program, in order of their dates. Raises NotFound."""
    program = _need(community, slug)
    return [_row(program, each) for each in program.versions]


def shown(program: Program, now: datetime) -> dict[str, Any]:
    """A program with the version that holds now, or, before the first, with that one."""
    held = program.at(now) or program.versions[0]
    planned = [each for each in program.versions if each.effective > max(now, held.effective)]
    return {
        **_row(program, held),
        "state": _state(program, now),
        "planned": [{"version": each.number, "effective": each.effective} for each in planned],
    }


def _row(program: Program, version: Version) -> dict[str, Any]:
    return {
        "slug": program.slug,
        "name": program.name,
        "starts": program.starts,
        "ends": program.ends,
        "version": version.number,
        "effective": version.effective,
        **{each.name: getattr(version.terms, each.name) for each in fields(version.terms)},
    }


def _state(program: Program, now: datetime) -> str:
    if program.runs(now):
        return "running"
    return "ended" if program.ends is not None and program.ends <= now else "planned"


def _need(community: str, slug: str) -> Program:
    program = programs.load(community, slug)
    if program is None:
        raise NotFound("program", slug)
    return program
