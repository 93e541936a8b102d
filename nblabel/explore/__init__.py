"""What can be seen in a pool without labels: clusters, projections, drift, typical words."""
