"""The neighbour graph of a pool: finding it, its weighted edges, walks and labels spread along it."""
