"""`bigo server`: the language server. Standard output belongs to the protocol."""

from __future__ import annotations

import argparse
import os

from lsp_server.commands.console import CannotRun


def configure(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (the default)"
    )
    how.add_argument(
        "--tcp", metavar="HOST:PORT", help="wait for one editor on this address; port 0 picks one"
    )


def run(args: argparse.Namespace) -> int:
    if args.tcp:
        host, port = _address(args.tcp)
        from lsp_server.serving import serve_tcp

        return serve_tcp(host, port)
    try:
        os.fstat(0)
    except OSError as error:
        raise CannotRun("standard input is closed; an editor speaks to the server over it") from error
    from lsp_server.wire.greeting import greet

    greeted = greet()  # before what takes half a second to import
    from lsp_server.first_look import FirstLook

    first = FirstLook(greeted)
    first.start()
    from lsp_server.serving import serve_stdio

    return serve_stdio(greeted=greeted, first=first)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise CannotRun(f"--tcp {text}: write HOST:PORT, as in 127.0.0.1:2087")
    return host.strip("[]") or "127.0.0.1", int(port)
