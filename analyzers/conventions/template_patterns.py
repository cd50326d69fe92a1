"""Names of templates that are put together: `"books/%s.html" % kind`, `f"books/{kind}.html"`, `folder + "/list.html"`.

What is known of a part is put in its place, and anything else stays open (`template_files.ANY`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice, product

from analyzers import facts as f
from analyzers.conventions.template_files import ANY

Known = Callable[[f.Expr], list[str]]
"""The texts that an expression may be, as far as they are written down."""

_PERCENT = re.compile(r"%(?:\(\w+\))?[sd]")
_BRACES = re.compile(r"\{[^{}]*\}")
_MOST = 16


def patterns(node: f.Expr, known: Known) -> list[str] | None:
    """The names that a text may be; None for an expression that puts no text together."""
    if isinstance(node, f.Binary) and node.op == "+":
        return _together(["", "", ""], (node.left, node.right), known)
    if isinstance(node, f.Binary) and node.op == "%" and isinstance(node.left, f.Const):
        given = node.right.items if isinstance(node.right, f.Collection) else (node.right,)
        return _together(_PERCENT.split(str(node.left.value)), given, known)
    if isinstance(node, f.Template):
        return _together(_BRACES.split(node.text), node.parts, known)
    if (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name == "format"
        and isinstance(node.func.obj, f.Const)
    ):
        return _together(_BRACES.split(str(node.func.obj.value)), node.args, known)
    return None


def _together(texts: Sequence[str], holes: Sequence[f.Expr], known: Known) -> list[str]:
    """The texts with what may stand in the holes between them."""
    if len(texts) < 2:
        return list(texts)
    single = len(holes) == len(texts) - 1  # a mapping may be handed to all holes, or names to some
    filled = [patterns(hole, known) or known(hole) or [ANY] for hole in holes] if single else []
    filled = filled or [[ANY] for _ in texts[1:]]
    return [
        texts[0] + "".join(value + text for value, text in zip(values, texts[1:], strict=True))
        for values in islice(product(*filled), _MOST)
    ]
