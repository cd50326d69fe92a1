"""Types by evidence that is written down: annotations, constructors, attributes set in `__init__`."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import fields, lengthening, shapes, tabled, written_objects
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes.arithmetic import folded
from analyzers.operations import operations
from analyzers.orm.tables import SCRIPTS
from analyzers.project import names
from analyzers.project.attributes import AttributeValue, values_of
from analyzers.project.index import Project
from analyzers.types import EITHER, UNKNOWN_VALUE, Value, join, joined

_TRANSPARENT = (
    "typing.Optional",
    "typing.Annotated",
    "typing.Final",
    "typing.ClassVar",
    "typing.Required",
    "sqlalchemy.orm.Mapped",
)
_SAME_MEMBERS = ("Pick", "Omit", "Partial", "Readonly", "Required", "NonNullable", "Awaited")
"""TypeScript's types that have members of another one, as that says them.

Source: https://www.typescriptlang.org/docs/handbook/utility-types.html
"""
WITH_MEMBERS = "annotated with its members"
ALL_MEMBERS = "a literal that names all of its members"
"""The evidence of an object of a script whose type is written out where it stands."""
MAX_SUMMANDS = 8
"""How deep a constant that is put together is followed."""
_ELEMENTS = ("list", "set", "tuple", "deque", "sequence", "iterable", "iterator", "queryset")


def value_of(run: Run, node: f.Expr) -> Value:
    """What an annotation in the running function says."""
    return declared(run.summaries.project, run.path, run.function.qualname, run.language, node)


def declared(project: Project, path: str, scope: str, language: str, node: f.Expr, depth: int = 0) -> Value:
    """What an annotation says a value is; the unknown value where it says nothing that the model uses."""
    if depth > 6:
        return UNKNOWN_VALUE
    if isinstance(node, f.Const):
        if node.kind == "str" and isinstance(node.value, str):
            return _quoted(project, path, scope, language, node, depth)
        return UNKNOWN_VALUE
    if isinstance(node, f.Binary) and node.op == "|":
        sides = [
            declared(project, path, scope, language, side, depth + 1) for side in (node.left, node.right)
        ]
        return either(
            [v for v, side in zip(sides, (node.left, node.right), strict=True) if not _is_none(side)]
        )
    if isinstance(node, f.Collection):  # isinstance(x, (list, tuple))
        return either([declared(project, path, scope, language, item, depth + 1) for item in node.items])
    if isinstance(node, f.Index):
        return _generic(project, path, scope, language, node, depth)
    if isinstance(node, f.Unary) and isinstance(node.operand, f.Name):  # `type Db = typeof db`
        return _of_module(project, path, scope, language, node.operand)
    if isinstance(node, f.Mapping) and language != "python":
        return _of_members(project, path, scope, language, node, depth)
    name = shapes.dotted(node)
    return _named(project, path, scope, language, name, depth) if name else UNKNOWN_VALUE


def _of_members(project: Project, path: str, scope: str, language: str, node: f.Mapping, depth: int) -> Value:
    """`{ books: Book[]; size: number }` as a type: an object that holds what it says."""
    held = {
        str(key.value): declared(project, path, scope, language, value, depth + 1)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, f.Const)
    }
    known = tuple((name, value) for name, value in held.items() if value.known)
    return Value("dict", size=ONE, entries=known, evidence=WITH_MEMBERS) if known else UNKNOWN_VALUE


def either(values: list[Value]) -> Value:
    """What holds of one of several declared types: a list or a tuple is a sequence."""
    if len(values) > 1 and all(v.kind in ("list", "tuple", "deque", "sequence") for v in values):
        values = [replace(v, kind="sequence") if len({v.kind for v in values}) > 1 else v for v in values]
    return joined(values) or UNKNOWN_VALUE


def _is_none(node: f.Expr) -> bool:
    return (isinstance(node, f.Const) and node.kind == "none") or (
        isinstance(node, f.Name) and node.id in ("null", "undefined", "None")
    )


def _quoted(project: Project, path: str, scope: str, language: str, node: f.Const, depth: int) -> Value:
    return _written(project, path, scope, language, str(node.value).strip(), depth + 1)


def _written(project: Project, path: str, scope: str, language: str, text: str, depth: int = 0) -> Value:
    """A type written as text, in quotes or in a docstring."""
    text = text.removesuffix("| None").strip().strip("\"'")
    if "[" in text and depth < 6:
        head, _, inner = text.partition("[")
        whole = _named(project, path, scope, language, head.strip(), depth)
        first = _first_argument(inner.rstrip().removesuffix("]"))
        element = _written(project, path, scope, language, first, depth + 1) if first else UNKNOWN_VALUE
        if whole.kind in _ELEMENTS:
            return whole.but(of=element)
        return element if head.endswith(("Optional", "Mapped")) else whole
    return _named(project, path, scope, language, text, depth)


def _first_argument(text: str) -> str:
    """`a[b, c], d` -> `a[b, c]`."""
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == "," and depth == 0:
            return text[:position].strip()
    return text.strip()


def _generic(project: Project, path: str, scope: str, language: str, node: f.Index, depth: int) -> Value:
    head = shapes.dotted(node.obj)
    inner = node.index.items if isinstance(node.index, f.Collection) else (node.index,)
    if not inner:
        return UNKNOWN_VALUE  # `Promise<>`, while it is typed
    if language != "python" and isinstance(node.index, f.Const):
        client = written_objects.begun_by(node)
        return (
            _followed(declared(project, path, scope, language, client, depth + 1))
            if client
            else UNKNOWN_VALUE
        )
    full = external_name(project, path, scope, head) if head else ""
    if full in _TRANSPARENT or head in ("Optional", "Mapped", "Annotated", "Final", "ClassVar", "Promise"):
        return declared(project, path, scope, language, inner[0], depth + 1)
    if head == "ReturnType" and (maker := written_objects.maker_in(project, path, scope, inner[0])):
        return made_by(project, *maker, language)
    if language != "python" and head in _SAME_MEMBERS:
        return declared(project, path, scope, language, inner[0], depth + 1)
    if full == "typing.Union" or head == "Union":
        parts = [declared(project, path, scope, language, p, depth + 1) for p in inner if not _is_none(p)]
        return either(parts)
    whole = _named(project, path, scope, language, head, depth) if head else UNKNOWN_VALUE
    arguments = [declared(project, path, scope, language, p, depth + 1) for p in inner]
    if whole.kind == "dict":
        return whole.but(of=arguments[0], values=arguments[-1])
    if whole.kind in _ELEMENTS and arguments:
        if whole.kind == "tuple" and len(arguments) > 1 and not isinstance(inner[-1], f.Const):
            return whole.but(items=tuple(arguments), size=ONE, of=arguments[0])
        return whole.but(of=arguments[0])
    return whole


def _named(project: Project, path: str, scope: str, language: str, name: str, depth: int = 0) -> Value:
    from analyzers.evaluate import queries

    table = operations(language).kinds
    if language != "python" and name in table:
        return Value(table[name], evidence=f"annotated {name}")
    found = names.resolve(project, path, name, scope)
    if found is None and f"typing.{name}" in table:  # A docstring need not import what it names.
        return Value(table[f"typing.{name}"], evidence=f"said to be a `{name}`")
    if found is None or found[1]:
        return UNKNOWN_VALUE
    target = names.as_type(project, found[0]) if language != "python" else found[0]
    if target.kind == "external":
        kind = table.get(target.dotted, "")
        if kind:
            return Value(kind, evidence=f"annotated `{name}`")
        if language == "python" and queries.is_model_outside(project, target.dotted):
            return instance_of(project, "", target.dotted)
        return external_instance(target.dotted)
    if target.kind == "class":
        meant = names.stands_for(project, target) if depth < 4 else None
        if meant is not None:  # type Rows = Book[]
            return declared(project, target.path, "", language, meant, depth + 2)
        return instance_of(project, target.path, target.qualname)
    if target.kind == "variable" and depth < 4:
        alias = names.module_value(project, target.path, target.qualname)  # Grid = list[list[int]]
        if alias is not None and isinstance(alias.value, (f.Index, f.Name, f.Attr, f.Binary)):
            return declared(project, target.path, "", language, alias.value, depth + 2)
    return UNKNOWN_VALUE


def external_instance(name: str) -> Value:
    """An instance of a class from outside the project: sessions, cursors and clients are told by their tables."""
    from analyzers.evaluate import queries

    kind = queries.kind_of_class(name)
    return Value(kind or "instance", dotted=name, evidence=f"an instance of {name}")


def instance_of(project: Project, path: str, qualname: str) -> Value:
    """An instance of a project class; a row if the class is an ORM model."""
    from analyzers.evaluate import queries

    def make() -> Value:
        kind = "row" if queries.is_model(project, path, qualname) else _kind_of_bases(project, path, qualname)
        return Value(kind, ref=(path, qualname), evidence=f"an instance of {qualname}")

    return project.memo.ask(("instance of", path, qualname), make, in_cycle=UNKNOWN_VALUE)


def external_name(project: Project, path: str, scope: str, name: str) -> str:
    """The full dotted name of something from outside the project, "" if it is not."""
    found = names.resolve(project, path, name, scope)
    if found is None or found[0].kind != "external":
        return ""
    return ".".join((found[0].dotted, *found[1]))


def _kind_of_bases(project: Project, path: str, qualname: str) -> str:
    """`class PrismaService extends PrismaClient` is a client; any other class just an instance."""
    from analyzers.evaluate import queries

    for base in names.lineage(project, path, qualname)[1:]:
        if base.kind == "external" and (kind := queries.kind_of_class(base.dotted)) not in ("", *SCRIPTS):
            return kind  # Repositories have methods of their own, and are told by their bases.
    return "instance"


def _is_literal(node: f.Expr | None) -> bool:
    """A display, a constant, a name written like one, or one made of it: `list(EMPTY_VALUES)`, `[f"-l{x}" for x in LIBS]`."""
    if (
        isinstance(node, f.Call)
        and len(node.args) == 1
        and shapes.dotted(node.func) in ("list", "tuple", "set", "frozenset")
    ):
        node = node.args[0]
    if isinstance(node, f.Comprehension) and len(node.clauses) == 1:
        node = node.clauses[0].iter
    name = shapes.dotted(node).rpartition(".")[2] if node is not None else ""
    return isinstance(node, (f.Collection, f.Mapping, f.Const)) or name.isupper()


def is_fixed(project: Project, path: str, node: f.Expr | None, depth: int = 0) -> bool:
    """True for what is as long as the program's text makes it: a display, a sum of such, a name of the module for one."""
    if isinstance(node, f.Binary):
        return node.op == "+" and all(is_fixed(project, path, n, depth + 1) for n in (node.left, node.right))
    if isinstance(node, f.Name) and 0 < depth <= MAX_SUMMANDS and not node.id.isupper():
        assign = names.module_value(project, path, node.id)
        return assign is not None and is_fixed(project, path, assign.value, depth + 1)
    return isinstance(node, (f.Collection, f.Mapping, f.Const)) or (depth > 0 and _is_literal(node))


# ------------------------------------------------------------------------------------------------- guessing


def guess(project: Project, path: str, scope: str, language: str, node: f.Expr | None) -> Value:
    """The type of an expression without running it: displays, constructors, annotated parameters."""
    if node is None:
        return UNKNOWN_VALUE
    if isinstance(node, f.Collection):
        table = tabled.of_list(project, path, scope, node) if language == "python" else None
        return table or Value(node.kind, evidence="a literal")
    if isinstance(node, f.Mapping):
        table = tabled.of_mapping(project, path, scope, node) if language == "python" else None
        return table or Value("dict", evidence="a literal")
    if isinstance(node, f.Comprehension):
        table = tabled.of_comprehension(project, path, scope, node) if language == "python" else None
        return table or Value(
            "iterator" if node.kind == "generator" else node.kind, evidence="a comprehension"
        )
    if isinstance(node, (f.Binary, f.Unary)):
        return _computed(project, path, scope, language, node)
    if isinstance(node, f.Const):
        return (
            Value(node.kind, const=node.value if node.kind in ("int", "str") else None)
            if node.kind in ("str", "int", "float", "bool", "none", "bytes")
            else UNKNOWN_VALUE
        )
    if isinstance(node, f.Await):
        return guess(project, path, scope, language, node.value)
    if isinstance(node, (f.Logic, f.Choose)):
        parts = node.parts if isinstance(node, f.Logic) else (node.then, node.other)
        options = [v for part in parts if (v := guess(project, path, scope, language, part)).known]
        if options and all(_is_of_project(option) for option in options):
            return joined(options) or UNKNOWN_VALUE  # One of several objects.
        return options[-1] if options and all(o.kind == options[-1].kind for o in options) else UNKNOWN_VALUE
    if isinstance(node, f.Call):
        return _constructed(project, path, scope, language, node)
    if isinstance(node, (f.Attr, f.Index)):
        own = _of_self(project, path, scope, language, node) if isinstance(node, f.Attr) else UNKNOWN_VALUE
        return own if own.known else below(guess(project, path, scope, language, node.obj), node)
    if isinstance(node, f.Name):
        function = project.header(path, scope) if scope else None
        for param in function.params if function is not None else ():
            is_it = param.name == node.id and (param.annotation is not None or language == "python")
            if is_it and function is not None:
                return _given_for(project, path, function, param, language)
            if isinstance(param.pattern, f.Mapping) and param.annotation is not None:
                key = _taken_as(param.pattern, node.id)
                if key:
                    return taken_of(project, path, scope, language, param.annotation, key)
        return _of_module(project, path, scope, language, node)
    return UNKNOWN_VALUE


def _given_for(project: Project, path: str, function: f.Function, param: f.Param, language: str) -> Value:
    from analyzers.evaluate import given

    return given.for_parameter(project, path, function, param, language)


def _of_module(project: Project, path: str, scope: str, language: str, node: f.Name) -> Value:
    """A client, or an object of the project, that a module keeps under a name: `books = BookStore()`."""
    found = names.resolve(project, path, node.id, scope)
    if found is None or found[1] or found[0].kind != "variable":
        return UNKNOWN_VALUE
    target = found[0]
    assign = names.module_value(project, target.path, target.qualname)
    if assign is None or not isinstance(assign.value, (f.Call, f.Attr, f.Index, f.Logic)):
        return UNKNOWN_VALUE
    return _followed(guess(project, target.path, "", language, assign.value))


def _followed(value: Value) -> Value:
    """A value if objects are followed for it: a client, or an object of the project."""
    from analyzers.evaluate import queries

    return value if _is_of_project(value) or queries.is_client(value.kind) else UNKNOWN_VALUE


def _is_of_project(value: Value) -> bool:
    """True for an object of a class of the project, also for one of several."""
    of_class = value.kind == "instance" and value.ref is not None and bool(value.ref[0])
    return of_class or value.kind == EITHER


def _taken_as(pattern: f.Mapping, name: str) -> str:
    """The key under which `{ books, users: people }` takes a name; "" for none."""
    for key, target in zip(pattern.keys, pattern.values, strict=True):
        if isinstance(target, f.Name) and target.id == name and isinstance(key, f.Const):
            return str(key.value)
    return ""


def taken_of(project: Project, path: str, scope: str, language: str, said: f.Expr, key: str) -> Value:
    """What a type says of one member: `constructor({ books }: { books: BookService })`, `({ books }: Props & More)`."""
    if isinstance(said, f.Mapping):
        for name, value in zip(said.keys, said.values, strict=True):
            if isinstance(name, f.Const) and name.value == key:
                return declared(project, path, scope, language, value)
        return UNKNOWN_VALUE
    if isinstance(said, f.Binary) and said.op == "&":
        sides = (taken_of(project, path, scope, language, side, key) for side in (said.left, said.right))
        return next((side for side in sides if side.known), UNKNOWN_VALUE)
    whole = declared(project, path, scope, language, said)
    if whole.kind != "instance" or whole.ref is None or not whole.ref[0]:
        return dict(whole.entries).get(key, UNKNOWN_VALUE)
    return attribute_of_instance(project, *whole.ref, key, language)


def _computed(project: Project, path: str, scope: str, language: str, node: f.Binary | f.Unary) -> Value:
    """`10**9 + 7`, `60 * 60`, `-1`: numbers made of constants; `[0] * 26` and the like."""
    if isinstance(node, f.Unary):
        inner = guess(project, path, scope, language, node.operand)
        negated = -inner.const if node.op == "-" and isinstance(inner.const, int) else None
        return replace(inner, const=negated) if inner.kind in ("int", "float") else UNKNOWN_VALUE
    left = guess(project, path, scope, language, node.left)
    right = guess(project, path, scope, language, node.right)
    if left.kind in ("int", "float") and right.kind in ("int", "float"):
        const = folded(node.op, left.const, right.const)
        kind = "float" if node.op == "/" or "float" in (left.kind, right.kind) else "int"
        return Value(kind, const=const)
    if node.op in ("+", "*", "%") and left.kind in ("list", "tuple", "str", "bytes"):
        return replace(left, const=None)
    return UNKNOWN_VALUE


def _of_self(project: Project, path: str, scope: str, language: str, node: f.Attr) -> Value:
    """`self.connection` in another attribute's value: a client that an earlier assignment made."""
    from analyzers.evaluate import queries

    function = project.header(path, scope) if scope else None
    if function is None or not function.owner or not function.params or not isinstance(node.obj, f.Name):
        return UNKNOWN_VALUE
    if node.obj.id != function.params[0].name:
        return UNKNOWN_VALUE
    found = attribute_of_instance(project, path, function.owner, node.name, language)
    return found if queries.is_client(found.kind) else UNKNOWN_VALUE


def _given(project: Project, path: str, scope: str, language: str, node: f.Call) -> Value:
    """`self.connection.cursor()`, `MongoClient().shop`: a client that another client gives."""
    from analyzers.evaluate import queries

    if not isinstance(node.func, f.Attr):
        return UNKNOWN_VALUE
    own = _own_method(project, path, scope, node.func) if language == "python" else None
    if own is not None:
        return made_by(project, *own, language)
    holder = guess(project, path, scope, language, node.func.obj)
    kind = queries.kind_given(holder.kind, node.func.name, node) if holder.known else ""
    return Value(kind, evidence=f"given by {shapes.text_of(node)}") if kind else UNKNOWN_VALUE


def below(holder: Value, node: f.Attr | f.Index) -> Value:
    """`client["shop"]`, `client.shop`: what a client holds under a name that is none of its methods."""
    from analyzers.evaluate import queries

    kind = queries.kind_below(holder.kind, node.name if isinstance(node, f.Attr) else "")
    return Value(kind, evidence=f"given by {shapes.text_of(node)}") if kind else UNKNOWN_VALUE


def _own_method(project: Project, path: str, scope: str, node: f.Attr) -> tuple[str, str] | None:
    """The method that `self.connect` names in a method of the same class."""
    function = project.header(path, scope) if scope else None
    if function is None or not function.owner or not function.params or not isinstance(node.obj, f.Name):
        return None
    if node.obj.id != function.params[0].name:
        return None
    found = names.member(project, path, function.owner, node.name)
    return (found.path, found.qualname) if found is not None and found.kind == "function" else None


def made_by(project: Project, path: str, qualname: str, language: str) -> Value:
    """What a function makes, a client, a container or an object of the project: what it says it returns, or its last `return`."""
    from analyzers.evaluate import makers

    def find() -> Value:
        function = project.function(path, qualname)
        if function is None:
            return UNKNOWN_VALUE
        if function.returns is not None:
            found = declared(project, path, qualname, language, function.returns)
        else:
            found = makers.given_back(project, path, function)
            found = found if found.known else makers.filled(function)
        return found if found.kind in CONTAINERS else _followed(found)

    return project.memo.ask(("client made", path, qualname), find, in_cycle=UNKNOWN_VALUE)


CONTAINERS = frozenset(("list", "set", "dict", "deque", "tuple"))
"""Kinds that say how long it takes to search, whatever is in them."""


def _constructed(project: Project, path: str, scope: str, language: str, node: f.Call) -> Value:
    from analyzers.evaluate import given, handed, queries, registries
    from analyzers.evaluate.sizes import reading

    if isinstance(node.func, f.Attr) and node.func.name == "$extends":
        return guess(project, path, scope, language, node.func.obj)
    made = [
        v for a in node.args if isinstance(a, f.Lambda) and (v := _returned(project, path, language, a)).known
    ]
    if made:
        return made[0]  # A maker handed to whatever keeps what it makes.
    name = shapes.dotted(node.func)
    if not name:
        got = _given(project, path, scope, language, node)
        got = (
            got if got.known or language != "python" else registries.made_of(project, path, scope, node.func)
        )
        return got if got.known else reading.guessed(project, path, scope, language, node)
    found = names.resolve(project, path, name, scope)
    if found is None and language == "python" and (kind := queries.kind_imported(project, path, name)):
        return Value(kind, evidence=f"made by {name}()")
    if found is None or found[1]:
        return _given(project, path, scope, language, node)
    target = found[0]
    if target.kind == "function":
        return made_by(project, target.path, target.qualname, language)
    if target.kind == "class":
        instance = instance_of(project, target.path, target.qualname)
        return handed.keeping(project, path, scope, instance, node) if language == "python" else instance
    if target.kind == "external":
        stands_for = (
            given.proxied(project, path, scope, target.dotted, node) if language == "python" else None
        )
        if stands_for is not None and stands_for.known:
            return stands_for
        kind = queries.kind_made_by(target.dotted, node)
        if kind:
            schema = queries.schema_of(project, path, scope, kind, node)
            return Value(kind, dotted=target.dotted, ref=schema, evidence=f"made by {name}()")
        ready = tabled.prepared(project, path, scope, target.dotted, node) if language == "python" else None
        if ready is not None:
            return ready
        plain = target.dotted.removeprefix("builtins.") if language != "python" else target.dotted
        row = operations(language).function.get(plain)
        words = reading.guessed(project, path, scope, language, node)
        if row is not None and words.known:
            return words
        if row is not None:
            return Value(row.gives.partition("[")[0], evidence=f"made by {name}()")
        if target.dotted.rpartition(".")[2][:1].isupper():
            return external_instance(target.dotted)
    return UNKNOWN_VALUE


def _returned(project: Project, path: str, language: str, node: f.Lambda) -> Value:
    """What a function without parameters makes, if it is a client or the like."""
    function = project.function(path, node.qualname)
    last = function.body[-1] if function is not None and function.body and not function.params else None
    if function is None or not isinstance(last, f.Return):
        return UNKNOWN_VALUE
    made = guess(project, path, function.qualname, language, last.value)
    return (
        made
        if made.kind in ("prisma", "session", "session-factory", "engine", "connection", "asyncpg")
        else UNKNOWN_VALUE
    )


def attribute_of_instance(
    project: Project, path: str, class_qualname: str, name: str, language: str
) -> Value:
    """What `self.name` holds, if every assignment to it in the class and its bases agrees."""
    return project.memo.ask(
        ("attribute type", path, class_qualname, name),
        lambda: _attribute(project, path, class_qualname, name, language),
        in_cycle=UNKNOWN_VALUE,
    )


def _is_of_its_kind(node: f.Expr | None, name: str) -> bool:
    """`self.xs + [x]`, `self.xs[1:]`: made of what the attribute held, and of the same kind."""
    if isinstance(node, f.Binary):
        return node.op == "+" and (_is_of_its_kind(node.left, name) or _is_of_its_kind(node.right, name))
    held = node.obj if isinstance(node, f.Slice) else node
    return isinstance(held, f.Attr) and held.name == name and isinstance(held.obj, f.Name)


def _is_list_or_given(
    project: Project,
    owner: names.Target,
    name: str,
    values: tuple[AttributeValue, ...],
    value: AttributeValue,
) -> bool:
    """True for a parameter that is put where a list is otherwise, and that the class appends to: it is given a list."""
    params = value.function.params if value.function is not None else ()
    if not isinstance(value.value, f.Name) or value.value.id not in {p.name for p in params}:
        return False
    if not any(lengthening.is_empty_list(other.value) for other in values):
        return False
    outline = project.outline(owner.path)
    for method in outline.methods.get(owner.qualname, {}).values() if outline is not None else ():
        project.read(owner.path, "function", method.qualname)
        this = method.params[0].name if method.params else ""
        if f"{this}.{name}" in lengthening.filled_attributes(method.body):
            return True
    return False


def _attribute(project: Project, path: str, class_qualname: str, name: str, language: str) -> Value:
    for target in names.lineage(project, path, class_qualname):
        if target.kind != "class":
            continue
        values = values_of(project, target.path, target.qualname, name)
        if not values:
            continue
        found: Value | None = None
        of_class = all(value.function is None for value in values)
        for value in values:
            scope = value.function.qualname if value.function is not None else target.qualname
            if value.annotation is not None:
                kind = declared(project, target.path, scope, language, value.annotation)
                of_text = of_class and language == "python" and _is_literal(value.value)
                constant = of_text and fields.is_constant(project, target, value.annotation)
                constant = constant and not fields.is_filled_by_methods(project, target, name, value.value)
                return kind.but(size=ONE, frozen=True) if constant else kind
            if value.value is None and len(values) > 1:
                continue  # `private books;` says no more than that there is one.
            if found is not None and _is_of_its_kind(value.value, name):
                continue
            kind = guess(project, target.path, scope, language, value.value)
            kind = kind if name.isupper() else replace(kind, const=None)
            if kind.kind == "none":
                continue
            if not kind.known and _is_list_or_given(project, target, name, values, value):
                continue
            found = kind if found is None else join(found, kind)
        if found is None:
            return UNKNOWN_VALUE
        fixed = of_class and (_is_literal(values[0].value) or name.isupper())
        fixed = fixed and not fields.is_filled_by_methods(project, target, name, values[0].value)
        return found.but(size=ONE, frozen=True) if fixed else found
    return UNKNOWN_VALUE
