"""What knows nothing of labeling: a cache on disk, progress, threads and processes."""
