"""A run: settings, the two phases over many files, and what comes of each file."""
