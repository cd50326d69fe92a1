"""Models that are looked up by their names: `apps.get_model("shop", "Book")`, `get_model("shop.Book")`.

Source: https://docs.djangoproject.com/en/5.2/ref/applications/#django.apps.apps.get_model
"""

from __future__ import annotations

from analyzers.facts import Call, Const, Expr
from analyzers.project.index import Project
from analyzers.project.outline import argument, callee

Key = tuple[str, str]

LOOK_UP = "get_model"
"""The name of all functions that look a model up."""


def looked_up(project: Project, node: Expr | None) -> Key | None:
    """The class that a call asks for by the label of its application and its name; None for another call."""
    if not isinstance(node, Call) or (callee(node) or "").rpartition(".")[2] != LOOK_UP:
        return None
    label, name = _text(argument(node, 0, "app_label")), _text(argument(node, 1, "model_name"))
    if not name:
        label, _, name = label.partition(".")
    found = _classes(project).get(name.lower(), ()) if name else ()
    near = [key for key in found if f"/{label}/" in f"/{key[0]}"]
    if near:
        return max(near, key=lambda key: ("/models" in key[0], -key[0].count("/")))
    return found[0] if len(found) == 1 else None


def _text(node: Expr | None) -> str:
    return node.value if isinstance(node, Const) and isinstance(node.value, str) else ""


def _classes(project: Project) -> dict[str, tuple[Key, ...]]:
    """The classes at the top of modules of models, by their names in small letters."""

    def collect() -> dict[str, tuple[Key, ...]]:
        found: dict[str, tuple[Key, ...]] = {}
        for path in project.paths():
            if path.endswith(".py") and "models" in path:
                for name in project.class_names(path):
                    if "." not in name:
                        found[name.lower()] = (*found.get(name.lower(), ()), (path, name))
        return found

    return project.memo.ask(("classes of models modules",), collect, {})
