"""The advocate loop: who recommends, who comes of it, what is owed for it, and what the relations are worth."""
