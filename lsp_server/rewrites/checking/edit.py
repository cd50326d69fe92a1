"""Fit an answer into the file: indentation, line ends, the place of imports and of a new function. Bytes throughout."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from analyzers.text import Span, Text
from lsp_server.rewrites.contract import Edit, Target

# A whole import statement of JavaScript or TypeScript, over several lines where braces are.
_JS_IMPORT = re.compile(
    rb"""^import\b(?:[^;'"`]*?\bfrom)?\s*["'][^"'\r\n]+["'][^\S\r\n]*;?|^(?:const|let|var)\b[^;=\r\n]*=\s*require\([^)\r\n]*\)[^\S\r\n]*;?""",
    re.MULTILINE,
)
# What must stay first: a byte order mark, `#!` and coding lines, and a comment that an empty line sets apart.
_PYTHON_HEAD = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:#!.*(?:\r\n|\n|\r))?(?:#.*coding[:=].*(?:\r\n|\n|\r))?(?:(?:#.*(?:\r\n|\n|\r))+(?:\r\n|\n|\r))?"
)
_JS_HEAD = re.compile(
    rb"""\A(?:#![^\n]*\n)?(?:\s*(?://[^\n]*\n|/\*[\s\S]*?\*/|["']use \w+["'];?))*[^\S\r\n]*(?:\r\n|\n|\r)?"""
)


def apply(source: bytes, edits: tuple[Edit, ...]) -> bytes:
    """The source with the edits done. They must be sorted and must not overlap (ValueError)."""
    pieces, at = [], 0
    for edit in edits:
        if edit.span.start < at or edit.span.end > len(source):
            raise ValueError("edits overlap or leave the text")
        pieces += [source[at : edit.span.start], edit.text.encode()]
        at = edit.span.end
    return b"".join([*pieces, source[at:]])


def fit(code: str, indent: str, language: str) -> str:
    """`code` moved to `indent`, its first line without it (the file has that already).

    Lines that begin inside a string keep their white space, because it is part of the value; a docstring's move.
    """
    lines = code.split("\n")
    has = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
    if has != indent and len(lines) > 1:
        fixed = _lines_inside_strings(code) if language == "python" else _lines_inside_templates(code)
        for number, line in enumerate(lines[1:], 2):
            if line.strip() and number not in fixed:
                lines[number - 1] = indent + (
                    line[len(has) :] if line.startswith(has) else line.lstrip(" \t")
                )
    return "\n".join([lines[0][len(has) :], *lines[1:]])


def _lines_inside_strings(code: str) -> set[int]:
    """Lines (from 1) of Python code that begin inside a string other than a docstring."""
    head = re.match(r"[ \t]*", code)
    dedented = "if 1:\n" + code if head and head.group() else code
    shift = 1 if dedented is not code else 0
    inside: set[int] = set()
    previous = tokenize.INDENT
    depth: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(dedented).readline):
            name = tokenize.tok_name[token.type]
            if token.type == tokenize.STRING and previous not in (tokenize.INDENT, tokenize.NEWLINE):
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
            elif name.endswith("STRING_START"):  # f-strings from Python 3.12 on
                depth.append(token.start[0])
            elif name.endswith("STRING_END") and depth:
                inside.update(range(depth.pop() + 1, token.end[0] + 1))
            if token.type not in (tokenize.NL, tokenize.COMMENT):
                previous = token.type
    except (tokenize.TokenError, SyntaxError):
        return set()
    return {number - shift for number in inside}


def _lines_inside_templates(code: str) -> set[int]:
    """Every line, if there is a template literal: indentation means nothing in JavaScript, a template's text does."""
    return set(range(2, code.count("\n") + 2)) if "`" in code else set()


def edits_for(target: Target, function: str, imports: tuple[str, ...], aux: str) -> tuple[Edit, ...]:
    """The edits that put a fitted function, import statements and an extra function into the target's file."""
    text = Text(target.source)
    newline = text.newline
    edits = [Edit(target.span, _ends(function, newline))]
    if aux:
        at = _before_outermost(text, target)
        edits.append(
            Edit(
                Span(at, at), _ends(aux.rstrip() + "\n" * (3 if target.language == "python" else 2), newline)
            )
        )
    if imports:
        at, before, after = _import_place(text, target)
        edits.append(Edit(Span(at, at), _ends(before + "\n".join(imports) + after, newline)))
    return tuple(sorted(_joined(edits), key=lambda edit: edit.span))


def _joined(edits: list[Edit]) -> list[Edit]:
    """Two insertions at one place become one, imports first: the order of edits at one place is up to the client."""
    function, *rest = edits
    if len(rest) == 2 and rest[0].span == rest[1].span:
        rest = [Edit(rest[0].span, rest[1].text + rest[0].text)]
    # An insertion exactly where the function begins becomes part of the function's own edit.
    for insertion in [edit for edit in rest if edit.span.start == function.span.start]:
        function, rest = (
            Edit(function.span, insertion.text + function.text),
            [e for e in rest if e is not insertion],
        )
    return [function, *rest]


def _ends(text: str, newline: str) -> str:
    return text if newline == "\n" else text.replace("\n", newline)


def _import_place(text: Text, target: Target) -> tuple[int, str, str]:
    """Where new imports go, and the line ends before and after them: behind the last import at the file's head."""
    if target.language == "python":
        return _python_import_place(text)
    at = max((m.end() for m in _JS_IMPORT.finditer(text.source) if m.end() <= target.span.start), default=0)
    if at:
        return _line_end(text, at), "\n", ""
    head = _JS_HEAD.match(text.source)
    at = head.end() if head else 0
    return (at, "", "\n") if not at or text.source[at - 1 : at] in (b"\n", b"\r") else (at, "\n", "\n")


def _python_import_place(text: Text) -> tuple[int, str, str]:
    """Behind the last import before the first other statement; else behind the docstring; else at the top."""
    try:
        body = ast.parse(text.source).body
    except (SyntaxError, ValueError):
        body = []
    place = None
    for number, node in enumerate(body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            place = _line_end(text, _offset(text, node)), "\n", ""
        elif number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            place = _line_end(text, _offset(text, node)), "\n\n", ""
        else:
            break
    if place:
        return place
    head = _PYTHON_HEAD.match(text.source)
    return head.end() if head else 0, "", "\n\n"


def _line_end(text: Text, at: int) -> int:
    return text.line_span(text.line_of(max(0, at - 1))).end


def _offset(text: Text, node: ast.stmt) -> int:
    """The byte offset of a node's end; ast counts lines as Python does, which differs at form feeds only in columns."""
    line = (node.end_lineno or node.lineno) - 1
    return text.line_starts[line] + (node.end_col_offset or 0)


def _before_outermost(text: Text, target: Target) -> int:
    """The start of the top-level statement that holds the target, with the comment right above it."""
    line = _outermost_line(text, target)
    while line > 0 and text.line_text(line - 1).startswith(("#", "//", "/*", " *", "*", "@")):
        line -= 1
    return text.line_starts[line]


def _outermost_line(text: Text, target: Target) -> int:
    line = text.line_of(target.span.start)
    if target.language == "python":
        try:
            body = ast.parse(text.source).body
        except (SyntaxError, ValueError):
            body = []
        for node in body:
            first: int = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
            if first <= line <= (node.end_lineno or node.lineno) - 1:
                return first
    while line > 0 and (text.indent_of(line) or not text.line_text(line).strip()):
        line -= 1
    return line
