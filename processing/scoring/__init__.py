"""Scores of a session: one implementation, pure, honest about what is missing."""
