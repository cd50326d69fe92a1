"""Python's tables."""
