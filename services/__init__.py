"""Laurel's services. They never import each other: they meet in Kafka events alone."""
