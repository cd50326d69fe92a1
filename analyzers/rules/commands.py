"""Functions that a person starts at a terminal: they take as long as they take, and nobody waits for a page."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.rules.base import Context

MAKERS = ("click.", "rich_click.", "typer.", "flask.cli.", "invoke.task", "fabric.task")
"""What makes a function a command by decorating it, or gives it an option.

Source: https://click.palletsprojects.com/en/stable/commands-and-groups/, https://flask.palletsprojects.com/en/stable/cli/
and https://docs.pyinvoke.org/en/stable/getting-started.html
"""

OF_APPLICATIONS = ("cli.command", "cli.group")
"""The same of an application or a blueprint: `@app.cli.command("import")`."""


MAX_STEPS = 3
"""Private functions of a command that call each other."""


def is_command(context: Context) -> bool:
    """True if the function at hand, or the one that it stands in, is a command of a command line, or a part of one."""
    outermost = context.function.qualname.partition(".")[0]
    return _is_part(context, outermost, MAX_STEPS)


def _is_part(context: Context, name: str, steps: int) -> bool:
    """True for a command, and for a function private to its file that nothing but commands call."""
    at_hand = context.function if context.function.qualname == name else None
    function = context.project.header(context.path, name) or at_hand
    if function is not None and any(_makes_command(context, decorator) for decorator in function.decorators):
        return True
    if steps == 0 or not name.startswith("_") or name.startswith("<"):
        return False
    callers = {reader.partition(".")[0] for reader in _readers(context, name) if reader != name}
    return bool(callers) and all(_is_part(context, caller, steps - 1) for caller in callers)


def _readers(context: Context, name: str) -> tuple[str, ...]:
    """The functions of the file that mention a name, its top level as `<module>`."""

    def collect() -> tuple[str, ...]:
        facts = context.project.facts(context.path)
        return tuple(
            function.qualname
            for function in (facts.functions if facts is not None else ())
            if any(isinstance(node, f.Name) and node.id == name for node in shapes.nodes(function.body))
        )

    return context.project.memo.ask(("mentions", context.path, name), collect, in_cycle=())


def _makes_command(context: Context, decorator: f.Expr) -> bool:
    name = shapes.dotted(decorator.func if isinstance(decorator, f.Call) else decorator)
    if name.endswith(OF_APPLICATIONS):
        return True
    found = names.resolve(context.project, context.path, name) if name else None
    return (
        found is not None
        and found[0].kind == "external"
        and ".".join((found[0].dotted, *found[1])).startswith(MAKERS)
    )
