"""Facts about PyTorch, as data: each row is held against the installed torch by a test."""
