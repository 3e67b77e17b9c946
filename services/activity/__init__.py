"""`activity`: communities, members and what they do."""
