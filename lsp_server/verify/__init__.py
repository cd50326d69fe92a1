"""Measured proof of a rewrite: the old and the new function give the same answers, and the new one does less as its input
grows.

It runs code, so it is done only where a person gives the command, and only for functions that can be seen to touch
nothing but their arguments. What is run is never the person's module but the function with what it needs of its file, in a
child process without files, network, other processes or time. Operations are counted, not seconds, so the result is the
same on every machine. Where any of this is not possible, the answer is `CannotVerify` and why.
"""

from lsp_server.verify.run import verify
from lsp_server.verify.snippet import CannotVerify
from lsp_server.verify.verdict import Verdict

__all__ = ["CannotVerify", "Verdict", "verify"]
