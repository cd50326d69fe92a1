"""What is written in a template for a value: `book.author.name|default:"-"`, `user.get_name() | upper`."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from analyzers import facts as f

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?(?![\w]))|(?P<name>[^\W\d]\w*)|(?P<op>==|!=|<=|>=|//|\*\*|[|.:,()\[\]{}<>+*/%~=-]))"""
)
_CONSTANTS = {"True": True, "False": False, "None": None, "true": True, "false": False, "none": None}
_OPERATORS = frozenset(("and", "or", "not", "in", "is", "if", "else"))
_JOINTS = ("or", "and")
"""What joins conditions; the first binds them least."""


class Reader:
    """Reads one value after the other from a text. `free` is told every name that is read.

    `modules` are names of imported templates: what is read of one is one name, `forms.field`.
    """

    def __init__(self, text: str, at: int, free: Callable[[str], None], modules: Container[str] = ()) -> None:
        self.free, self.modules = free, modules
        self.named: list[f.Keyword] = []
        self.tokens: list[tuple[str, str, int, int]] = []
        position = 0
        while found := _TOKEN.match(text, position):
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind], at + found.start(kind), at + found.end(kind)))
            position = found.end()
        self.position = 0

    def peek(self, offset: int = 0) -> str:
        index = self.position + offset
        if index >= len(self.tokens):
            return ""
        kind, text, _, _ = self.tokens[index]
        return "" if kind == "text" else text

    def take(self) -> tuple[str, str, int, int]:
        token = self.tokens[self.position]
        self.position += 1
        return token

    @property
    def more(self) -> bool:
        return self.position < len(self.tokens)

    def everything(self) -> list[f.Expr]:
        """All values in the text, whatever stands between them: a condition reads each of its operands."""
        found: list[f.Expr] = []
        while self.more:
            kind, text, _, _ = self.tokens[self.position]
            if kind == "op" or (kind == "name" and text in _OPERATORS):
                self.position += 1
            else:
                found.append(self.value())
        return found

    def condition(self) -> f.Expr | None:
        """What a tag asks: values joined by `or`, `and` and `not`. None if there are none."""
        parts: list[f.Expr] = []
        while self.more:
            found = self._joined(_JOINTS)
            if found is not None:
                parts.append(found)
            else:
                self.take()
        return _logic("and", parts)

    def _joined(self, joints: tuple[str, ...]) -> f.Expr | None:
        if not joints:
            return self._negated()
        parts = [self._joined(joints[1:])]
        while self.peek() == joints[0]:
            self.take()
            parts.append(self._joined(joints[1:]))
        return _logic(joints[0], [part for part in parts if part is not None])

    def _negated(self) -> f.Expr | None:
        if self.peek() != "not":
            return self._compared()
        _, _, at, _ = self.take()
        inner = self._negated()
        return f.Unary(at, inner.to, "not", inner) if inner is not None else None

    def _compared(self) -> f.Expr | None:
        """One value, or those that are compared: each of them is read."""
        parts: list[f.Expr] = []
        by = ""
        while self.more and self.peek() not in (*_JOINTS, ")"):
            kind, text, _, _ = self.tokens[self.position]
            if text == "(" and kind == "op":
                self.take()
                inner = self._joined(_JOINTS)
                parts += [inner] if inner is not None else []
                if self.peek() == ")":
                    self.take()
            elif kind == "op" or (kind == "name" and text in _OPERATORS):
                by = by or text
                self.take()
            else:
                parts.append(self.value())
        return _logic(by, parts)

    def value(self) -> f.Expr:
        """A value with its attributes, calls and filters."""
        node = self._atom()
        while self.more:
            if self.peek() == "." and self.position + 1 < len(self.tokens):
                self.take()
                node = self._member(node)
            elif self.peek() == "[":
                self.take()
                inner = self._until("]")
                node = f.Index(node.at, self._to(), node, inner[0] if inner else _nothing(node))
            elif self.peek() == "(":
                self.take()
                given, named = self._until(")"), tuple(self.named)
                node = f.Call(node.at, self._to(), node, tuple(given), named)
            elif self.peek() == "|" and self.position + 1 < len(self.tokens):
                self.take()
                node = self._filtered(node)
            else:
                break
        return node

    def _to(self) -> int:
        return self.tokens[self.position - 1][3]

    def _atom(self) -> f.Expr:
        kind, text, at, to = self.take()
        if kind == "text":
            return f.Const(at, to, "str", text[1:-1][:200])
        if kind == "number":
            return f.Const(
                at, to, "float" if "." in text else "int", float(text) if "." in text else int(text)
            )
        if kind == "name" and text in _CONSTANTS:
            value = _CONSTANTS[text]
            return f.Const(at, to, "none" if value is None else "bool", value)
        if kind == "name":
            self.free(text)
            return f.Name(at, to, text)
        inner = self._until({"(": ")", "[": "]", "{": "}"}.get(text, "")) if text in "([{" else []
        return f.Collection(at, self._to(), "tuple", tuple(inner))

    def _member(self, node: f.Expr) -> f.Expr:
        kind, text, at, to = self.take()
        if kind == "number":
            return f.Index(node.at, to, node, f.Const(at, to, "int", int(float(text))))
        if isinstance(node, f.Name) and node.id in self.modules:
            self.free(f"{node.id}.{text}")
            return f.Name(node.at, to, f"{node.id}.{text}")
        return f.Attr(node.at, to, node, text, at)

    def _filtered(self, node: f.Expr) -> f.Expr:
        _, name, at, to = self.take()
        given: list[f.Expr] = []
        if self.peek() == ":" and self.position + 1 < len(self.tokens):
            self.take()
            given.append(self._plain())
        elif self.peek() == "(":
            self.take()
            given = self._until(")")
        filter_name = f.Const(at, to, "str", name)
        return f.Call(node.at, self._to(), f.Name(at, to, "<filter>"), (filter_name, node, *given))

    def _plain(self) -> f.Expr:
        """A value without filters: the argument of one."""
        node = self._atom()
        while self.peek() == "." and self.position + 1 < len(self.tokens):
            self.take()
            node = self._member(node)
        return node

    def _until(self, end: str) -> list[f.Expr]:
        """The values up to a bracket; those given by name are `named`."""
        found: list[f.Expr] = []
        named: list[f.Keyword] = []
        while self.more and self.peek() != end:
            kind, text, at, to = self.tokens[self.position]
            if kind == "name" and self.peek(1) == "=" and self.position + 2 < len(self.tokens):
                self.position += 2
                named.append(f.Keyword(at, to, text, self.value()))
            elif kind == "op" or text in _OPERATORS:
                self.position += 1
            else:
                found.append(self.value())
        if self.more:
            self.take()
        self.named = named
        return found


def _logic(op: str, parts: list[f.Expr]) -> f.Expr | None:
    """What several values are joined or compared by."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return f.Logic(parts[0].at, parts[-1].to, op, tuple(parts))


def _nothing(node: f.Expr) -> f.Const:
    return f.Const(node.at, node.to, "none", None)
