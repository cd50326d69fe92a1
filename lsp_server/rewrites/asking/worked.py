"""The rules' own examples as worked examples of the instructions: what each rule finds, and where it is quiet.

The instructions are frozen text, so this is not called when a request is built. It makes the section when a new version
of the text is written, and a test holds the two together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from analyzers import rules
from analyzers.rules.base import MARK, Example, Rule


def section() -> str:
    """Markdown: each rule of growth with its sentence, one function of its examples that it finds, and one in which it is
    quiet."""
    return "\n".join(_rule(rule) for rule in rules.all_rules() if rule.grows)


def _rule(rule: Rule) -> str:
    lines = [f"## {rule.name}", "", rule.summary, ""]
    pair = _pair(rule)
    if pair:
        lines += ["Found:", "", pair[0], "", "Quiet:", "", pair[1], ""]
    return "\n".join(lines)


def _pair(rule: Rule) -> tuple[str, str] | None:
    """The first function that is in a bad and in a good example; else the first of each that is one function."""
    found, quiet = _functions(rule.bad), _functions(rule.good)
    for name, code in found.items():
        if name in quiet:
            return code, quiet[name]
    return (next(iter(found.values())), next(iter(quiet.values()))) if found and quiet else None


def _functions(examples: Iterable[Example]) -> dict[str, str]:
    """The top-level functions of the Python examples by name, without the marks."""
    functions: dict[str, str] = {}
    for example in examples:
        if example.language != "python":
            continue
        code = marked_off(example.code)
        for node in ast.parse(code).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
                functions.setdefault(node.name, "\n".join(code.splitlines()[first : node.end_lineno]))
    return functions


def marked_off(code: str) -> str:
    """An example's code without the marks of what is found."""
    return "\n".join(line.replace(MARK, "").rstrip() for line in code.splitlines())
