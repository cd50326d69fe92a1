"""One module per command of `bigo`: `configure(parser)` says what it takes, `run(args)` does it and gives the exit
status: 0 clean, 1 findings, 2 could not run. What is heavy to import is imported in `run`.
"""
