"""Constants as they are written, and the values they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Const,
    Expr,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, Spec
    from analyzers.languages.unit import Unit


def constant(spec: Spec) -> LowerExpr:
    """A word that is a value. Roles: kind; value (none when left out)."""
    kind, value = spec.value("kind"), spec.value("value")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Const(node.start_byte - base, node.end_byte - base, kind, value)

    return lower


def number(spec: Spec) -> LowerExpr:
    """A number as written."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        kind, value = number_of(unit.text(node))
        return Const(node.start_byte - base, node.end_byte - base, kind, value)

    return lower


def number_of(text: str) -> tuple[str, int | float | None]:
    """The kind and value of a number literal; None for what no 64-bit value holds.

    >>> number_of("1_000"), number_of("0x1F"), number_of("1e3"), number_of("017"), number_of("10n"), number_of("3j")
    (('int', 1000), ('int', 31), ('float', 1000.0), ('int', 15), ('int', 10), ('float', None))
    """
    text = text.lower().replace("_", "")
    if text[-1:] == "j":
        return "float", None
    digits = text.rstrip("nl")
    try:
        if digits.isdigit():
            value = int(digits, 8) if digits[0] == "0" and digits.strip("01234567") == "" else int(digits)
        else:
            value = int(digits, 0)
        return "int", value if value < 2**63 else None
    except ValueError:  # not an integer, or more digits than int() takes
        pass
    try:
        return "float", float(text)
    except ValueError:
        return "float" if "." in text else "int", None


ESCAPE = re.compile(
    r"""\\(?: x([0-9a-fA-F]{2}) | u([0-9a-fA-F]{4}) | U([0-9a-fA-F]{8}) | u\{([0-9a-fA-F]{1,6})\}
         | ([0-7]{1,3}) | N\{([^}]+)\} | (\r\n|.) )""",
    re.DOTALL | re.VERBOSE,
)


ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "\n": "", "\r\n": ""}


def unescape(text: str) -> str:
    """The text that a quoted one with backslashes stands for; a backslash that means nothing is kept.

    Python's escapes and JavaScript's, which hardly disagree: JavaScript drops the backslash that means nothing.
    """

    def replace(match: re.Match[str]) -> str:
        if match[5]:
            return chr(int(match[5], 8))
        if match[6]:
            try:
                return unicodedata.lookup(match[6])
            except KeyError:
                return match[0]
        code = match[1] or match[2] or match[3] or match[4]
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        if match[7] in "\\'\"`$/":
            return match[7]
        return ESCAPED.get(match[7], match[0])

    return ESCAPE.sub(replace, text)


SHAPES: dict[str, Callable[[Spec], LowerExpr]] = {"Constant": constant, "Number": number}
