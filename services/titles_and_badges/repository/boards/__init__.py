"""Boards: their definitions, members' credits, and the standings that are projected from them."""

from services.titles_and_badges.repository.boards.standings import rows

__all__ = ["rows"]
