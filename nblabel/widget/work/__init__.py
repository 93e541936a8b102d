"""Work in the background: one class that runs it, and what it runs."""
