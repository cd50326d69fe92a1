"""Texts that a program puts together out of constants: `AUTHOR + "__country"`, `f"{AUTHOR}__country"`."""

from __future__ import annotations

from collections.abc import Callable

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions.classes import Held
from analyzers.project.index import Project
from analyzers.project.outline import dotted

_DEPTH = 8  # of names followed for one text


def text_of(project: Project, at: Held, local: Callable[[str], str | None], depth: int = 0) -> str | None:
    """The text that an expression gives; None where that cannot be told.

    `local` knows the texts of local names: "" for one that holds something else, None for a name that is not local.
    """
    node = at.value

    def part(inner: f.Expr) -> str | None:
        return text_of(project, Held(at.owner, inner), local, depth + 1)

    if depth > _DEPTH:
        return None
    if isinstance(node, f.Const):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, f.Template):
        return _filled(node.text, [part(inner) for inner in node.parts])
    if isinstance(node, f.Binary) and node.op == "+":
        left, right = part(node.left), part(node.right)
        return left + right if left is not None and right is not None else None
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and not node.keywords:
        return _called(node, node.func, part)
    chain = dotted(node)
    if chain is None:
        return None
    known = local(chain)
    if known is not None:
        return known or None
    elsewhere = classes.named(project, at, chain)
    return text_of(project, elsewhere, lambda _: None, depth + 1) if elsewhere is not None else None


def _called(node: f.Call, func: f.Attr, part: Callable[[f.Expr], str | None]) -> str | None:
    """`"{}__country".format(AUTHOR)`, `"__".join([AUTHOR, "country"])`."""
    before = part(func.obj)
    if before is None:
        return None
    if func.name == "format":
        return _filled(before, [part(argument) for argument in node.args])
    held = node.args[0] if func.name == "join" and len(node.args) == 1 else None
    if not isinstance(held, f.Collection):
        return None
    parts = [part(item) for item in held.items]
    return before.join(p for p in parts if p is not None) if None not in parts else None


def _filled(text: str, parts: list[str | None]) -> str | None:
    """A text with its `{}` filled in order."""
    pieces = text.split("{}")
    if len(pieces) != len(parts) + 1 or None in parts or "{" in "".join(pieces):
        return None
    known = [p for p in parts if p is not None]
    return pieces[0] + "".join(p + rest for p, rest in zip(known, pieces[1:], strict=True))
