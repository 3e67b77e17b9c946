"""The rules of the advocate loop: frozen dataclasses and pure functions; time, ids and chance are passed in."""
