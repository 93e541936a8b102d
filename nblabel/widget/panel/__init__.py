"""What a panel shows, and what it does with the messages of its pages."""
