"""Python's imports, one `Import` for each name they bind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Stmt,
)
from analyzers.languages.expressions import solid

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerStmt, Spec
    from analyzers.languages.unit import Unit


def importing(spec: Spec) -> LowerStmt:
    """`import a.b as c`. Role alias: the kind of `name as alias`."""
    aliased = spec.kinds("alias")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        for child in node.children:
            if child.kind_id in aliased:
                parts = solid(unit, child)
                module, alias = dotted_text(unit, parts[0]), unit.text(parts[-1])
                above, _, last = module.rpartition(".")
                if above and alias == module.partition(".")[0]:
                    # `import a.b as a` names the module `a.b`; without a name for it, it would be `a`.
                    unit.add_import(child, above, last, alias)
                else:
                    unit.add_import(child, module, "", alias)
            elif child.is_named and child.kind_id in unit.exprs:
                module = dotted_text(unit, child)
                unit.add_import(child, module, "", module.split(".")[0])

    return lower


def importing_from(spec: Spec) -> LowerStmt:
    """`from m import x as y`. Roles module, name (fields); relative, alias, star (kinds)."""
    module_field, name_field = spec.field("module"), spec.field("name")
    relative, aliased, star = spec.kinds("relative"), spec.kinds("alias"), spec.kinds("star")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        source = node.child_by_field_id(module_field) if module_field else None
        module, level = "__future__", 0
        if source is not None:
            text = dotted_text(unit, source)
            module = text.lstrip(".")
            level = len(text) - len(module) if source.kind_id in relative else 0
        for name in node.children_by_field_id(name_field):
            if name.kind_id in aliased:
                parts = solid(unit, name)
                unit.add_import(name, module, unit.text(parts[0]), unit.text(parts[-1]), level)
            elif name.end_byte > name.start_byte:
                unit.add_import(name, module, unit.text(name), unit.text(name), level)
        for child in node.children:
            if child.kind_id in star:
                unit.add_import(child, module, "*", "*", level)

    return lower


def dotted_text(unit: Unit, node: Node) -> str:
    """A dotted name without the blanks and line ends that may stand in it."""
    return "".join(unit.text(node).replace("\\", "").split())


STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {"Import": importing, "ImportFrom": importing_from}
