"""Awards as Open Badges 3.0 credentials: made, signed, checked, baked. Knows no database, no HTTP and no network."""
