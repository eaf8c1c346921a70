"""Measurements: what the tool does on real legacy code, and what it costs."""
