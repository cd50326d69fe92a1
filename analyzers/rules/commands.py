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
    readers = {(path, reader) for reader in callers.readers(project, path, name) if reader != name}
    if not all(_calls(project, *reader, name) for reader in readers):
        return False
    own = {reader.partition(".")[0] for _, reader in readers}
    if name.startswith("_"):
        return bool(own) and all(_is_part(project, path, caller, steps - 1) for caller in own)
    if function is None or function.kind != "function" or function.decorators:
        return False  # Who calls a method, or what a decorator keeps, is not to be seen.
    found = {(path, caller) for caller in own}
    others = callers.elsewhere(project, path, name)
    if not all(_calls(project, *reader, name) for reader in others):
        return False
    found |= {(other, reader.partition(".")[0]) for other, reader in others}
    if not found:
        return callers.in_migrations(project, path, name)
    return all(callers.OF_DJANGO in caller[0] or _is_part(project, *caller, steps - 1) for caller in found)


def _calls(project: Project, path: str, reader: str, name: str) -> bool:
    """False for who only names a function: a list of jobs hands it to what runs it again and again."""
    function = project.function(path, reader)
    if function is None or function.kind == "module":
        return True
    mentioned = any(
        isinstance(node, f.Name) and node.id == name for node in shapes.of_kind(function.body, f.Name)
    )
    called = any(
        shapes.dotted(node.func).rpartition(".")[2] == name for node in shapes.of_kind(function.body, f.Call)
    )
    return called or not mentioned


def _makes_command(project: Project, path: str, decorator: f.Expr) -> bool:
    name = shapes.dotted(decorator.func if isinstance(decorator, f.Call) else decorator)
    if name.endswith(OF_APPLICATIONS):
        return True
    found = names.resolve(project, path, name) if name else None
    if found is None:
        return False
    target, rest = found
    if target.kind == "external":
        return ".".join((target.dotted, *rest)).startswith(MAKERS)
    if rest:
        return rest in (("command",), ("group",)) and _holds_commands(project, target)
    return target.kind in ("function", "class") and _wraps_maker(project, target)


def _holds_commands(project: Project, target: names.Target) -> bool:
    """True for `manager = AppGroup("queries")` and `app = typer.Typer()`, of which `@manager.command()` makes commands."""
    if target.kind != "variable":
        return False
    assign = names.single_value(project, target.path, target.qualname)
    value = assign.value if assign is not None else None
    return isinstance(value, f.Call) and _is_maker(project, target.path, shapes.dotted(value.func))


def _wraps_maker(project: Project, target: names.Target) -> bool:
    """True for a decorator of the project's own that makes commands by one of these: it calls `click.command(...)` itself."""
    if target.kind == "function":
        function = project.function(target.path, target.qualname)
        functions = [function] if function is not None else []
    else:
        functions = list(project.methods_of(target.path, target.qualname).values())
    return any(
        _is_maker(project, target.path, shapes.dotted(node.func))
        for function in functions
        for node in shapes.of_kind(function.body, f.Call)
    )


def _is_maker(project: Project, path: str, name: str) -> bool:
    found = names.resolve(project, path, name) if name else None
    made = ".".join((found[0].dotted, *found[1])) if found is not None and found[0].kind == "external" else ""
    return made.startswith(MAKERS) and made.rpartition(".")[2] not in _ASKING


_ASKING = ("echo", "secho", "confirm", "prompt", "style", "progressbar", "get_current_context", "exceptions")
"""What a command calls itself, and a function that makes none may call as well."""
