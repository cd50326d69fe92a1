"""Calls: who is called, with what, what it costs and gives, and what is called later or only once.

`calls.py` is the door. Functions of the project are run or remembered (`nested.py`, `memos.py`); what the language
brings along stands in tables that `library.py`, `callbacks.py` and `results.py` carry out.
"""
