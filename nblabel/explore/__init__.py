"""What is seen of a pool without labels: clusters, projections, drift, telling words."""
