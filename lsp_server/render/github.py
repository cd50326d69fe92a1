"""Findings as workflow commands, which GitHub shows beside the changed lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsp_server.render.located import Located

_COMMANDS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}


def findings(found: Sequence[Located]) -> Iterator[str]:
    for one in found:
        properties = {
            "file": one.path,
            "line": one.line,
            "endLine": one.end_line,
            "col": one.column,
            "endColumn": one.end_column,
            "title": f"bigo {one.rule}",
        }
        if one.line != one.end_line:  # columns are only allowed within one line
            del properties["col"], properties["endColumn"]
        shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        steps = "".join(f"\n{step.path}:{step.line}: {step.message}" for step in one.related)
        yield f"::{_COMMANDS[one.severity]} {shown}::{_data(one.message + steps)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
