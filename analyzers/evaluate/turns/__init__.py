"""How often a loop turns, and what its turns hand on.

`loops.py` is the door: it runs a loop and asks the others which shape it has. `whiles/` follows what moves towards the
end of a `while`; `paid.py`, `filling.py`, `exceeding.py` and `segments.py` find turns that add up over a loop outside;
`carried.py`, `replacing.py` and `doubling.py` say what is left of a container or a number from the turn before.
"""
