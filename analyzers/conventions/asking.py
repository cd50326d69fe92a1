"""Tests of what a view is asked for: `self.action == "list"`, `self.request.method in ("GET", "HEAD")`."""

from __future__ import annotations

from typing import NamedTuple

from analyzers import facts as f

_TOLD = ("action", "method")
"""Attributes of a view or request by which it tells what is asked for."""


class Test(NamedTuple):
    """A test of what is asked for: where that is read, what it is compared with, and whether it holds for what is in there."""

    read: f.Attr
    words: f.Expr
    holds: bool


def test_of(node: f._Node) -> Test | None:
    """None for a test of anything else."""
    if not isinstance(node, f.Compare) or len(node.ops) != 1:
        return None
    op = node.ops[0]
    if op not in ("==", "!=", "in", "not in"):
        return None
    if not isinstance(node.left, f.Attr) or node.left.name not in _TOLD:
        return None
    return Test(node.left, node.rights[0], op in ("==", "in"))
