"""The one model of cost and effects: functions are run on abstract values, and what happens is written down.

`events.py` is what gets written down; `run.py` the state of one function's run; `statements.py`, `assignments.py`,
`expressions.py`, `attributes.py` and `operators.py` how each shape of `facts.py` behaves; `summaries.py` remembers.
The rooms: `turns/` for loops, `sizes/` for numbers, `calling/` for calls and the language's library, `recursion/` for
functions that call themselves, `queries/` for object-relational mappers and drivers, `presenting/` for rows that a
framework shows. Rules only read the events.
"""
