"""A server that does nothing, for `latency.py`: what pygls itself takes."""

from pygls.lsp.server import LanguageServer

LanguageServer("bare", "1").start_io()
