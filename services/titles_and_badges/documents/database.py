"""The name of the database that `titles-and-badges` owns."""

DATABASE = "titles_and_badges"
