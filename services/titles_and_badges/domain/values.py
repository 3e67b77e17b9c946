"""Values of which a batch makes thousands: frozen to the type checker, which refuses to assign, and not to Python.

A frozen dataclass sets each field by a call of its own: a fact takes 2.8 µs instead of 1.1.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T]) -> type[T]:
    """A dataclass with slots and keyword-only fields, made fast. Never assign to its fields: mypy would refuse it."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
