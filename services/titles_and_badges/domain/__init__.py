"""The rules of `titles-and-badges`: frozen dataclasses and pure functions, standard library only."""
