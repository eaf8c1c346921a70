"""The command line: thin commands over `run` and `output`."""
