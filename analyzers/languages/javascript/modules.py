"""JavaScript's imports, exports and declarations, ES modules and CommonJS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from analyzers.facts import (
    TYPE,
    Assign,
    Attr,
    Call,
    Collection,
    Const,
    Define,
    Export,
    Expr,
    Lambda,
    Logic,
    Mapping,
    Name,
    Star,
    Stmt,
)
from analyzers.languages import statements
from analyzers.languages.expressions import solid

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerStmt, Spec
    from analyzers.languages.unit import Unit


def quoted(unit: Unit, node: Node | None) -> str:
    """The text between the quotes of a module's name."""
    return "" if node is None else unit.text(node).strip("'\"`")


def importing(spec: Spec) -> LowerStmt:
    """`import`. Roles source, name, alias (fields); clause, namespace, named, specifier, require (kinds)."""
    source_field, name_field, alias_field = spec.field("source"), spec.field("name"), spec.field("alias")
    clause, namespace = spec.kinds("clause"), spec.kinds("namespace")
    named, specifier, require = spec.kinds("named"), spec.kinds("specifier"), spec.kinds("require")

    def bind(unit: Unit, node: Node, module: str) -> None:
        kind = node.kind_id
        if kind in namespace:
            unit.add_import(node, module, "", unit.text(solid(unit, node)[-1]))
        elif kind in named:
            for child in node.children:
                if child.kind_id in specifier:
                    name, alias = child.child_by_field_id(name_field), child.child_by_field_id(alias_field)
                    if name is not None:
                        unit.add_import(child, module, unit.text(name), unit.text(alias or name))
        elif kind in unit.exprs and not node.child_count:
            unit.add_import(node, module, "default", unit.text(node))

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        module = quoted(unit, node.child_by_field_id(source_field))
        for child in node.children:
            if child.kind_id in clause:
                for part in child.children:
                    bind(unit, part, module)
            elif child.kind_id in require:  # import fs = require("fs")
                names = [part for part in child.children if part.is_named]
                if len(names) == 2:
                    unit.add_import(child, quoted(unit, names[1]), "", unit.text(names[0]))

    return lower


def import_alias(spec: Spec) -> LowerStmt:
    """TypeScript's `import x = A.B`."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        parts = unit.each(node, depth + 1)
        if len(parts) == 2:
            out.append(Assign(node.start_byte - base, node.end_byte - base, (parts[0],), parts[1]))

    return lower


def declaration(spec: Spec) -> LowerStmt:
    """`const a = 1, {b} = c`. Roles declarator, ascribed, called (kinds); name, value, annotation, arguments (fields).

    `const x = require("m")` and `const {a, b: c} = require("m")` are imports and no assignments. What `as T` says of the
    value is said of the name.
    """
    declarator = spec.kinds("declarator")
    ascribed = spec.kinds("ascribed")
    called, arguments_field = spec.kinds("called"), spec.field("arguments")
    name_field, value_field = spec.field("name"), spec.field("value")
    annotation_field = spec.field("annotation")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        for child in node.children:
            if child.kind_id not in declarator:
                continue
            name, value = child.child_by_field_id(name_field), child.child_by_field_id(value_field)
            if name is None:
                continue
            at, to = child.start_byte - base, child.end_byte - base
            target = unit.expr(name, depth + 1)
            said = child.child_by_field_id(annotation_field) if annotation_field else None
            if said is None and value is not None and value.kind_id in ascribed:
                said = value.children[-1]  # The type behind `as`; `const` is none.
                said = said if said.kind_id in unit.exprs else None
            elif said is None and value is not None and value.kind_id in called:
                said = type_asked_for(unit, value.child_by_field_id(arguments_field), value)
            annotation = unit.expr_or_none(said, depth + 1)
            if value is None:
                out.append(Assign(at, to, (target,), None, annotation))
                continue
            if (module := required(unit, value)) is not None and bind_required(unit, child, target, module):
                continue
            lowered = unit.bound(value, name, depth + 1, "function")
            if type(target) is Name and defines_class(unit, value, target.id):
                out.append(Define(at, to, unit.queued[-1].qualname))
                continue
            out.append(Assign(at, to, (target,), lowered, annotation))
            if type(target) is Collection and value.kind_id in called:
                out.extend(first_asked_for(unit, target, value, value.child_by_field_id(arguments_field)))

    return lower


GIVES_ITS_TYPE = (b".resolve", b".get", b"?.get", b"inject")
"""How a call of a container ends that gives what its type argument says: `container.resolve<Books>("books")`.

Sources: https://github.com/microsoft/tsyringe#resolution, https://github.com/jeffijoe/awilix#containerresolve,
https://docs.nestjs.com/fundamentals/module-ref#retrieving-instances, https://angular.dev/api/core/inject
"""


def type_asked_for(unit: Unit, arguments: Node | None, call: Node) -> Node | None:
    """The one type that a container is asked for; None for what is no such call."""
    if arguments is None:
        return None
    asked = unit.source[call.start_byte : arguments.start_byte]
    types = [child for child in arguments.children if child.kind_id in unit.exprs]
    return types[0] if len(types) == 1 and asked.endswith(GIVES_ITS_TYPE) else None


GIVES_FIRST = (b"useState", b"createSignal")
"""Functions whose type argument says what the first of the two is that they give: `const [books, setBooks] = useState<Book[]>([])`.

Sources: https://react.dev/reference/react/useState#usestate, https://docs.solidjs.com/reference/basic-reactivity/create-signal
"""


def first_asked_for(unit: Unit, target: Collection, call: Node, arguments: Node | None) -> list[Stmt]:
    """What the first name is said to be that such a function is taken apart into, as a declaration of its own."""
    first = target.items[0] if target.items else None
    if type(first) is not Name or arguments is None:
        return []
    asked = unit.source[call.start_byte : arguments.start_byte]
    types = [child for child in arguments.children if child.kind_id in unit.exprs]
    if len(types) != 1 or not asked.endswith(GIVES_FIRST):
        return []
    return [Assign(first.at, first.to, (first,), None, unit.expr(types[0], 1))]


def defines_class(unit: Unit, value: Node, name: str) -> bool:
    """Whether the value just lowered is a class called `name`, as in `const A = class {}`."""
    if not unit.queued:
        return False
    last = unit.queued[-1]
    return last.kind == "class" and last.node.start_byte == value.start_byte and last.name == name


def required(unit: Unit, node: Node) -> tuple[str, str] | None:
    """The module of `require("m")` and `await import("m")`, and the member of `require("m").name`."""
    raw = unit.source[node.start_byte : node.start_byte + 16]
    if not raw.startswith((b"require", b"await")):
        return None
    children = solid(unit, node)
    member = ""
    if len(children) == 3 and children[1].type == ".":
        member = unit.text(children[2])
        node = children[0]
        children = solid(unit, node)
    if len(children) == 2 and children[0].type == "await":
        node = children[1]
        children = solid(unit, node)
    if len(children) != 2 or unit.text(children[0]) not in ("require", "import"):
        return None
    arguments = [child for child in children[1].children if child.is_named]
    if len(arguments) != 1 or arguments[0].type != "string":
        return None
    return quoted(unit, arguments[0]), member


def bind_required(unit: Unit, node: Node, target: Expr, module: tuple[str, str]) -> bool:
    """Note what a `require` binds; False when the target is not plain names."""
    name, member = module
    if type(target) is Name:
        unit.add_import(node, name, member, target.id)
        return True
    if type(target) is not Mapping or member:
        return False
    pairs: list[tuple[str, str]] = []
    for key, value in zip(target.keys, target.values, strict=True):
        if type(key) is not Const or type(value) is not Name or not isinstance(key.value, str):
            return False
        pairs.append((key.value, value.id))
    for key_name, alias in pairs:
        unit.add_import(node, name, key_name, alias)
    return True


def exporting(spec: Spec) -> LowerStmt:
    """`export`. Roles source, declaration, value, name, alias (fields); clause, specifier, namespace (kinds)."""
    source_field, declaration_field = spec.field("source"), spec.field("declaration")
    value_field, name_field, alias_field = spec.field("value"), spec.field("name"), spec.field("alias")
    clause, specifier, namespace = spec.kinds("clause"), spec.kinds("specifier"), spec.kinds("namespace")
    decorator = spec.kinds("decorator")

    def names(unit: Unit, node: Node, module: str) -> None:
        for child in node.children:
            if child.kind_id in specifier:
                local, alias = child.child_by_field_id(name_field), child.child_by_field_id(alias_field)
                if local is not None:
                    exported = quoted(unit, alias or local)
                    unit.exports.append(Export(exported, quoted(unit, local), module))

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        source = node.child_by_field_id(source_field)
        module = quoted(unit, source)
        default: Node | None = None
        for child in node.children:
            kind, token = child.kind_id, child.type
            if token == "default":
                default = child
            elif kind in clause:
                names(unit, child, module)
            elif kind in namespace:  # export * as ns from "m"
                unit.exports.append(Export(unit.text(solid(unit, child)[-1]), "", module))
            elif token == "*":
                unit.exports.append(Export("*", "*", module))
            elif kind in decorator:
                unit.decorators.append(child)
        declared = node.child_by_field_id(declaration_field)
        if declared is not None:
            mark, queued = len(out), len(unit.queued)
            unit.statement(declared, depth + 1, out)
            types = (p.name.removeprefix(TYPE) for p in unit.queued[queued:] if p.name.startswith(TYPE))
            for local in (*locals_of(unit, out[mark:]), *types):
                unit.exports.append(Export("default" if default is not None else local, local, ""))
            return
        value = node.child_by_field_id(value_field)
        if value is None and any(child.type == "=" for child in node.children):  # export = value
            value = next((child for child in reversed(node.children) if child.kind_id in unit.exprs), None)
            default = node
        if value is not None and default is not None:
            export_default(unit, node, value, default, depth, out)

    return lower


def export_default(unit: Unit, node: Node, value: Node, default: Node, depth: int, out: list[Stmt]) -> None:
    """`export default value`: a name is exported as it is, anything else is first assigned to `default`."""
    base = unit.base
    hint = default if default.type == "default" else None
    lowered = unit.bound(value, hint, depth + 1, "function")
    if defines_class(unit, value, "default"):
        qualname = unit.queued[-1].qualname
        unit.exports.append(Export("default", qualname, ""))
        out.append(Define(value.start_byte - base, value.end_byte - base, qualname))
        return
    if type(lowered) is Name:
        unit.exports.append(Export("default", lowered.id, ""))
        return
    if type(lowered) is Lambda:
        unit.exports.append(Export("default", lowered.qualname, ""))
        out.append(Define(lowered.at, lowered.to, lowered.qualname))
        return
    unit.exports.append(Export("default", "default", ""))
    target = Name(default.start_byte - base, default.end_byte - base, "default")
    out.append(Assign(node.start_byte - base, node.end_byte - base, (target,), lowered))


def locals_of(unit: Unit, declared: list[Stmt]) -> list[str]:
    """The names that declarations bind."""
    found: list[str] = []
    for statement in declared:
        if type(statement) is Define:
            found.append(statement.qualname.removeprefix(unit.prefix))
        elif type(statement) is Assign:
            for target in statement.targets:
                found.extend(bound(target))
    return found


def bound(target: Expr) -> list[str]:
    """The names in a target, however it is taken apart."""
    if type(target) is Name:
        return [target.id]
    inside: tuple[Expr, ...] = ()
    if type(target) is Mapping:
        inside = target.values
    elif type(target) is Collection:
        inside = target.items
    elif type(target) is Star:
        inside = (target.value,)
    return [name for part in inside for name in bound(part)]


def assigning(spec: Spec) -> LowerStmt:
    """`target = value` as a statement; at the top also `module.exports = ...` and `exports.name = ...`."""
    lower_plain = statements.assign(spec)

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        mark = len(out)
        lower_plain(unit, node, depth, out)
        if unit.prefix == "" and len(out) > mark and type(out[mark]) is Assign:
            out[mark] = note_commonjs(unit, out[mark])

    return lower


def note_commonjs(unit: Unit, statement: Stmt) -> Stmt:
    """The exports of a CommonJS assignment. What is neither a name, a function nor a module that is required has the local ""
    (unknown), but for what a call makes: it is also assigned to a name of its own.
    """
    assert type(statement) is Assign
    value = statement.value
    for target in statement.targets:
        if type(target) is not Attr:
            continue
        if is_exports(target):
            if type(value) is Mapping:
                for key, held in zip(value.keys, value.values, strict=True):
                    note_member(unit, key, held)
            if (module := module_of(unit, value)) is not None and not module[1]:
                unit.exports.append(Export("*", "*", module[0]))
            name, made = "default", "default"
        elif is_exports(target.obj):
            name, made = target.name, f"exports.{target.name}"
        else:
            continue
        if isinstance(value, (Call, Logic)) and required_by(value) is None:
            unit.exports.append(Export(name, made, ""))
            return structs.replace(statement, targets=(*statement.targets, Name(target.at, target.to, made)))
        note_export(unit, name, value)
    return statement


def note_member(unit: Unit, key: Expr | None, value: Expr) -> None:
    """One pair of `module.exports = { Book, Author: require("./author"), ...require("./orders") }`."""
    if type(key) is Const and isinstance(key.value, str):
        note_export(unit, key.value, value)
    elif key is None:
        module = module_of(unit, value.value if type(value) is Star else value)
        if module is not None and not module[1]:
            unit.exports.append(Export("*", "*", module[0]))


def note_export(unit: Unit, name: str, value: Expr | None) -> None:
    module = required_by(value)
    unit.exports.append(Export(name, *((module[1], module[0]) if module else (local_of(value), ""))))


def required_by(value: Expr | None) -> tuple[str, str] | None:
    """The module of `require("m")`, and the member of `require("m").name`; None for any other expression."""
    member = ""
    if type(value) is Attr:
        member, value = value.name, value.obj
    if type(value) is not Call or type(value.func) is not Name or value.func.id != "require":
        return None
    named = value.args[0] if len(value.args) == 1 else None
    return (named.value, member) if type(named) is Const and isinstance(named.value, str) else None


def module_of(unit: Unit, value: Expr | None) -> tuple[str, str] | None:
    """The same, also of a name that a module was given before."""
    if type(value) is not Name:
        return required_by(value)
    return next(((one.module, one.name) for one in unit.imports if one.alias == value.id), None)


def is_exports(target: Expr) -> bool:
    """`exports` or `module.exports`."""
    if type(target) is Name:
        return target.id == "exports"
    return (
        type(target) is Attr
        and target.name == "exports"
        and type(target.obj) is Name
        and target.obj.id == "module"
    )


def local_of(value: Expr | None) -> str:
    if type(value) is Name:
        return value.id
    if type(value) is Lambda:
        return value.qualname
    return ""


def namespace(spec: Spec) -> LowerStmt:
    """TypeScript's `namespace N { ... }`: its statements. What it exports is not exported by the file. Role body."""
    body_field = spec.field("body")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        before = len(unit.exports)
        out.extend(unit.block(node.child_by_field_id(body_field), depth + 1))
        del unit.exports[before:]

    return lower


STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {
    "Import": importing,
    "ImportAlias": import_alias,
    "Declaration": declaration,
    "Export": exporting,
    "Assigning": assigning,
    "Namespace": namespace,
}
