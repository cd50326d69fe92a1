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


def is_command(context: Context) -> bool:
    """True if the function at hand, or the one that it stands in, is a command of a command line."""
    outermost = context.function.qualname.partition(".")[0]
    function = context.project.header(context.path, outermost) or context.function
    return any(_makes_command(context, decorator) for decorator in function.decorators)


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
