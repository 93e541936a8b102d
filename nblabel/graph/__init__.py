"""The neighbour graph of a pool: search, weighted edges, walks, label propagation."""
