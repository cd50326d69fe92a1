"""The one model of cost and effects: functions are run on abstract values, and what happens is written down.

`events.py` is what gets written down; `run.py` the state of one function's run; `statements.py`, `expressions.py`,
`operators.py`, `loops.py` and `whiles/` how each shape of `facts.py` behaves; `library.py` what the language
brings along; `calls.py` how a callee's summary enters its caller; `queries/` what an object-relational mapper does
when it is touched; `summaries.py` remembers. Rules only read the events.
"""
