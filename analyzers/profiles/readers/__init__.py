"""One reader per profile format. Each takes the bytes of a file and gives a `Profile`, or raises ValueError."""
