"""The HTTP door of `referral`: parse, call one use case or query, render."""

from shared.http import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()

__all__ = ["BLUEPRINTS"]
