"""What is handed on of a session: a picture, a report as one file, a data set with its card."""
