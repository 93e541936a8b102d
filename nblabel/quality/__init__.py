"""What may be said about labels: audits, promises, doubt and second looks."""
