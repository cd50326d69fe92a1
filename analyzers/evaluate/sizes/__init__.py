"""Numbers and sizes: what bounds a range or a slice, what a table's formula measures, and what a program reads."""
