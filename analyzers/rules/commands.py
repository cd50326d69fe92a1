"""Functions that a person starts at a terminal, or that run once: they take as long as they take, and nobody waits for a
page."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import callers, shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.rules.base import Context

MAKERS = ("click.", "rich_click.", "typer.", "flask.cli.", "invoke.task", "fabric.task")
"""What makes a function a command by decorating it, or gives it an option.

Source: https://click.palletsprojects.com/en/stable/commands-and-groups/, https://flask.palletsprojects.com/en/stable/cli/
and https://docs.pyinvoke.org/en/stable/getting-started.html
"""

OF_APPLICATIONS = ("cli.command", "cli.group")
"""The same of an application or a blueprint: `@app.cli.command("import")`."""


MAX_STEPS = 3
"""Functions of a command that call each other."""


def is_command(context: Context) -> bool:
    """True if the function at hand, or the one that it stands in, is a command of a command line, or a part of one."""
    outermost = context.function.qualname.partition(".")[0]
    at_hand = context.function if context.function.qualname == outermost else None
    return _is_part(context.project, context.path, outermost, MAX_STEPS, at_hand)


def _is_part(project: Project, path: str, name: str, steps: int, at_hand: f.Function | None = None) -> bool:
    """True for a command, and for a function that nothing but commands or migrations call, whatever file they stand in."""
    function = project.header(path, name) or at_hand
    if function is not None and any(
        _makes_command(project, path, decorator) for decorator in function.decorators
    ):
        return True
    if steps == 0 or name.startswith("<"):
        return False
    own = {reader.partition(".")[0] for reader in callers.readers(project, path, name) if reader != name}
    if name.startswith("_"):
        return bool(own) and all(_is_part(project, path, caller, steps - 1) for caller in own)
    if function is None or function.kind != "function" or function.decorators:
        return False  # Who calls a method, or what a decorator keeps, is not to be seen.
    found = {(path, caller) for caller in own}
    found |= {(other, reader.partition(".")[0]) for other, reader in callers.elsewhere(project, path, name)}
    if not found:
        return callers.in_migrations(project, path, name)
    return all(callers.OF_DJANGO in caller[0] or _is_part(project, *caller, steps - 1) for caller in found)


def _makes_command(project: Project, path: str, decorator: f.Expr) -> bool:
    name = shapes.dotted(decorator.func if isinstance(decorator, f.Call) else decorator)
    if name.endswith(OF_APPLICATIONS):
        return True
    found = names.resolve(project, path, name) if name else None
    return (
        found is not None
        and found[0].kind == "external"
        and ".".join((found[0].dotted, *found[1])).startswith(MAKERS)
    )
