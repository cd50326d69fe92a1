"""What came back: whether it is a rewrite of this function, what it keeps and adds, and where it goes in the file.

`validate.py` is the door.
"""
