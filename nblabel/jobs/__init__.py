"""Work in second processes, so that labeling goes on meanwhile."""
