"""Boards: who gets how many points for what, in which windows, and in which places that puts him."""

from services.titles_and_badges.domain.boards.definitions import Board, BoardRules, board
from services.titles_and_badges.domain.boards.windows import Period

__all__ = ["Board", "BoardRules", "Period", "board"]
