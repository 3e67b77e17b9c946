"""The rules of `activity`: frozen dataclasses and pure functions, standard library only."""
