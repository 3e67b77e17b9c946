"""Commands that are loaded when they are asked for: who starts a relay need not wait for what lists badges."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class Lazy(click.Group):
    """A group with more commands than it has loaded: `lazily` holds their names and places (`module:attribute`)."""

    def __init__(self, *given: Any, lazily: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(*given, **options)
        self.lazily = lazily

    def list_commands(self, context: click.Context) -> list[str]:
        """Every command, in order of the alphabet."""
        return sorted({*super().list_commands(context), *self.lazily})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """One command, or None."""
        if name not in self.lazily:
            return super().get_command(context, name)
        module, _, attribute = self.lazily[name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found
