"""Adding an import to a file, where it is not there yet."""

from __future__ import annotations

import sys

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Edit, Place
from analyzers.rules.base import Context
from analyzers.text import Span


def add_name(context: Context, module: str, name: str) -> Edit | None:
    """`from module import name` after the imports at the file's top; None if the name is imported already."""
    return context.of_file(("import", module, name), lambda here: _added(here, module, name), in_cycle=None)


def _added(context: Context, module: str, name: str) -> Edit | None:
    context.project.read(context.path)  # its text, too
    facts = context.project.facts(context.path)
    if facts is None or any(item.alias == name and not item.scope for item in facts.imports):
        return None
    more = _one_name_more(context, facts, module, name)
    if more is not None:
        return more
    offset, led, apart = _place_for(context, facts, module)
    newline = context.text.newline
    text = f"{newline if led else ''}from {module} import {name}{newline}{newline if apart else ''}"
    if not offset and context.text.line_text(0).startswith(("def ", "class ", "async ", "@")):
        text += newline * 2
    if offset and not context.text.source[:offset].endswith((b"\n", b"\r")):
        text = newline + text
    return Edit(Place(context.path, Span(offset, offset)), text)


def way_to(context: Context, module: str, name: str) -> tuple[str, tuple[Edit, ...]] | None:
    """How the function can write `module.name`, and the import that it needs; None where the name means another thing."""
    return context.of_file(("way to", module, name), lambda here: _way(here, module, name), in_cycle=None)


def _way(context: Context, module: str, name: str) -> tuple[str, tuple[Edit, ...]] | None:
    for item in context.project.aliases(context.path):
        whole = (item.module, item.name, item.scope) == (module, "", "")
        if whole and is_free(context, module, item.alias, as_module=True):
            return f"{item.alias}.{name}", ()
    if not is_free(context, module, name):
        return None
    edit = add_name(context, module, name)
    return name, (edit,) if edit is not None else ()


def is_free(context: Context, module: str, name: str, *, as_module: bool = False) -> bool:
    """True if a name can mean `module.name` in the function: it does already, or nothing else has that name."""
    key = ("free for", module, name, as_module)
    return context.of_file(key, lambda here: _is_free(here, module, name, as_module), in_cycle=False)


def _is_free(context: Context, module: str, name: str, as_module: bool) -> bool:
    project, path = context.project, context.path
    for item in project.aliases(path):
        wanted = (module, "" if as_module else name, "")
        if item.alias == name and (item.module, item.name, item.scope) != wanted:
            return False
    top = project.function(path, "<module>")
    if top is None or any(one.name == name and not one.owner for one in project.functions(path)):
        return False
    classes = (project.outlined_class(path, qualname) for qualname in project.class_names(path))
    if any(cls is not None and cls.name == name and not cls.owner for cls in classes):
        return False
    project.read(path, "function", context.function.qualname)
    own = (top, context.function)
    return not any(
        name in _bound_names(function) or name in [p.name for p in function.params] for function in own
    )


@remembered
def _bound_names(function: f.Function) -> set[str]:
    return {
        name.id
        for node in shapes.nodes(function.body)
        for target in _targets(node)
        for name in shapes.nodes(target)
        if isinstance(name, f.Name)
    }


def _targets(node: f._Node) -> tuple[f.Expr, ...]:
    if isinstance(node, f.Assign):
        return node.targets
    return (node.target,) if isinstance(node, (f.For, f.Named, f.Update)) else ()


_WIDEST = 88


def _one_name_more(context: Context, facts: f.FileFacts, module: str, name: str) -> Edit | None:
    """`from itertools import chain, count` where `from itertools import count` stands on a line of its own."""
    text = context.text
    for first in facts.imports:
        line = text.line_of(first.at)
        begin, shown = text.line_starts[line], text.line_text(line).rstrip()
        head = f"from {module} import "
        if first.scope or first.at != begin + len(head) or not shown.startswith(head):
            continue
        if any(mark in shown for mark in "#\\(;*") or len(shown) + len(name) + 2 > _WIDEST:
            continue
        items = [item for item in facts.imports if text.line_of(item.at) == line]
        following = next((item for item in items if order(item.name) > order(name)), None)
        if following is not None:
            return Edit(Place(context.path, Span(following.at, following.at)), f"{name}, ")
        end = begin + len(shown.encode())
        return Edit(Place(context.path, Span(end, end)), f", {name}")
    return None


def order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as isort and ruff put them."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


def _place_for(context: Context, facts: f.FileFacts, module: str) -> tuple[int, bool, bool]:
    """Where an import goes, and whether a blank line keeps it from what is in front of it, and from what follows: among those of
    its kind, in the order of the alphabet where they are; where there is none, those of the standard library stand in front of
    those of other packages, and these in front of the project's own."""
    end = _after_imports(context, facts)
    starts = context.text.line_starts
    top = [
        (item, line)
        for item in facts.imports
        if (line := _line_of(context, item)) is not None and starts[line] < end
    ]
    kinds = {line: _kind_of(context, item.module, item.level) for item, line in top}
    kind = _kind_of(context, module, 0)
    own = [(item, line) for item, line in top if kinds[line] == kind]
    if own:
        return _among(context, own, module), False, False
    behind = next((line for line, one in kinds.items() if one > kind), None)
    if behind is not None:
        return starts[behind], False, True
    return end, bool(kinds), False


def _among(context: Context, own: list[tuple[f.Import, int]], module: str) -> int:
    starts = context.text.line_starts
    behind = next((line for item, line in own if item.name and item.module > module), None)
    if behind is not None and all(item.module < module for item, line in own if item.name and line < behind):
        return starts[behind]
    line = context.text.line_of(_statement_end(context, own[-1][0]))
    return starts[line + 1] if line + 1 < len(starts) else len(context.text.source)


def _kind_of(context: Context, module: str, level: int) -> int:
    """Where formatters put an import: `__future__`, the standard library, other packages, the project's own modules."""
    first = module.partition(".")[0]
    if not level and first == "__future__":
        return 0
    if not level and first in sys.stdlib_module_names:
        return 1
    return 3 if level or context.project.modules.resolve(context.path, first) is not None else 2


def _line_of(context: Context, item: f.Import) -> int | None:
    """The line that an import statement at the file's top begins on; None for one inside a block."""
    if item.scope or _statement_end(context, item) < 0:
        return None
    line = context.text.line_of(item.at)
    while not context.text.line_text(line).startswith(("import ", "from ")):
        line -= 1
    return line


def _after_imports(context: Context, facts: f.FileFacts) -> int:
    """Behind the last import that starts a line and stands in front of the first function or class; else behind the
    docstring."""
    text = context.text
    starts = [function.start for function in facts.functions[1:]] + [cls.start for cls in facts.classes]
    first = min(starts, default=len(text.source))
    at = -1
    for item in facts.imports:
        if not item.scope and item.at < first:
            at = max(at, _statement_end(context, item))
    body = facts.functions[0].body
    if at < 0 and body and isinstance(body[0], f.Do) and isinstance(body[0].value, f.Const):
        at = facts.functions[0].start + body[0].to
    if at < 0:
        return 0
    line = text.line_of(at)
    return text.line_starts[line + 1] if line + 1 < len(text.line_starts) else len(text.source)


def _statement_end(context: Context, item: f.Import) -> int:
    """Where the import statement of a name ends; -1 if it stands inside a block."""
    text = context.text
    line = text.line_of(item.at)
    while line > 0 and not text.line_text(line).lstrip().startswith(("import ", "from ")):
        line -= 1
    if not text.line_text(line).startswith(("import ", "from ")):
        return -1
    head = text.source[text.line_starts[line] : item.at]
    if b"(" in head:
        return text.source.find(b")", item.to)
    end = item.to
    while text.line_text(text.line_of(end)).endswith("\\"):
        end = text.line_span(text.line_of(end) + 1).end
    return end
