"""What the server offers: one file per feature of the protocol, each with `register(server)`; `offered.py` lists them.

`progress` and `choice` are what several of them share, `index` is the work behind `watched_files`.
"""
