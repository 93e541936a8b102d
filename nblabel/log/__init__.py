"""The append-only log of answers, the state that follows from it, and its store."""
