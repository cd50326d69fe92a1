"""Recursion: the calls a function makes to itself, noted while it runs, and the recurrence they make.

`recording.py` is what gets noted, `detect.py` finds the functions that can lead back to themselves, `marks.py` looks
for what keeps a call from being made twice or takes a mark back, `bounds.py` how far an argument can go,
`derived.py` how an argument is made of a parameter, and `solve.py` the recurrences themselves.
"""
