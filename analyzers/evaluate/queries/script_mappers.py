"""Mappers and drivers of JavaScript and TypeScript: TypeORM, MikroORM, Sequelize, Mongoose, Drizzle, Knex, Objection, Slonik.

A client (a repository, an entity manager, a model that a function made) is a value whose kind is the mapper's name. A
class of the project that is derived from a mapper's is asked itself, and its instances are rows. What is asked by a
chain (`db.select().from(users)`) is a query that is sent when it is awaited. Names come from `orm/<mapper>.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import evidence, shapes
from analyzers.evaluate.queries import drivers, sql
from analyzers.evaluate.queries.emit import DOCUMENT, emit
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.orm.tables import SCRIPTS, ScriptOrm
from analyzers.project import document_schemas, names
from analyzers.types import NONE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

BUILT = "built query"
"""A query that is sent when it is awaited: `path` says whether it writes, `relation` whether it asks for many."""
ASKED = "asked query"
"""A query that was sent for what its methods still refine: `Book.find().sort("title")`; `of` is a row."""

WRITES, MANY = "write", "many"
_OF_TABLE = "of a table"
_LISTS = ("list", "set", "tuple", "iterator")

LOADED = "<loaded>"
"""The entry of a row that names the relations it was loaded with; there is none where the text does not say which."""

READS = ("fetch_one", "fetch_many", "fetch_batch", "scalar")
ASKS = (*READS, "write_one", "write_many")
OF_ROW = ("row_read", "row_write")
BEGINS = "row_begins"


def kind_of_class(name: str) -> str:
    """The mapper whose clients are instances of an outside class; "" for none."""
    return next((mapper for mapper, table in tables().scripts.items() if table.has("clients", name)), "")


def kind_made_by(name: str) -> str:
    """The mapper whose client an outside function makes; "" for none."""
    mappers = tables().scripts.items()
    return next((m for m, table in mappers if table.has("makers", name) or table.has("clients", name)), "")


def kind_given(kind: str, method: str) -> str:
    """A client that a client's method gives: `dataSource.getRepository(Book)`."""
    table = tables().scripts.get(kind)
    return kind if table is not None and table.has("factories", method) else ""


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`dataSource.manager`, `db.query.users`; what a schema put onto a model or its documents."""
    table = tables().scripts.get(base.kind)
    if base.ref is not None and (table is not None or base.kind == DOCUMENT):
        part = document_schemas.METHODS if table is None else document_schemas.STATICS
        put = document_schemas.function_of(run.summaries.project, base.ref, part, node.name)
        if put is not None:
            return Value("function", ref=put, bound=base, label=shapes.text_of(node), frozen=True)
    if table is None:
        return None
    label = shapes.text_of(node)
    if table.has("attributes", node.name) or base.relation == _OF_TABLE:
        return Value(base.kind, label=label, depends=base.depends)
    if table.has("tables", node.name):
        return Value(base.kind, label=label, depends=base.depends, relation=_OF_TABLE)
    return None


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a client, of a mapped class, of a row or of a query; a client that is called itself."""
    if run.language == "python":
        return None
    if target.kind == "external":
        kind = kind_made_by(target.dotted)
        if not kind and isinstance(node.func, f.Attr):
            return _told(run, node, name, arguments)
        return Value(kind, label=target.label, depends=arguments.depends) if kind else None
    if target.kind in SCRIPTS:
        if node.new and tables().scripts[target.kind].has("of_schema", "()"):
            return _row(run, tables().scripts[target.kind], target).on(
                arguments.depends
            )  # `new this.books({ title })`
        called = tables().scripts[target.kind].has("called", "()")
        return _built(target.kind, target.label, arguments) if called else None
    receiver = target.bound
    if receiver is None or target.kind != "unknown":
        return None
    if receiver.kind in (BUILT, *SCRIPTS):
        arguments = arguments.and_of(_caught(run, node))
    if receiver.kind == BUILT:
        return _refined(run, node, receiver, name, arguments)
    if receiver.kind == ASKED:
        chained = tables().scripts[receiver.dotted].has("chain", name)
        return receiver.on(arguments.depends) if chained else None
    if receiver.kind == DOCUMENT and receiver.dotted in SCRIPTS:
        return _of_row(run, node, tables().scripts[receiver.dotted], receiver, name, arguments)
    if receiver.kind in SCRIPTS:
        return _of_client(run, node, tables().scripts[receiver.kind], receiver, name, arguments)
    if receiver.kind in ("class", "instance") and receiver.ref is not None:
        return _of_class(run, node, receiver, name, arguments)
    if receiver.kind in ("unknown", "external"):
        return _told(run, node, name, arguments)
    return None


def _caught(run: Run, node: f.Call) -> frozenset[int | str]:
    """What the functions among a query's arguments take from around them: `where: (book, { eq }) => eq(book.id, id)`."""
    found: frozenset[int | str] = frozenset()
    for part in shapes.nodes(node.args):
        function = run.summaries.function(run.path, part.qualname) if isinstance(part, f.Lambda) else None
        own = frozenset(param.name for param in function.params) if function is not None else frozenset()
        for name in shapes.named(function.body) - own if function is not None else ():
            held = run.lookup(name)
            found |= held.depends if held is not None else frozenset()
    return found


def _of_class(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """`Book.findByPk(1)`, `book.save()`, `this.findOne(...)` in a repository of the project's own."""
    assert receiver.ref is not None
    mapper, part = _mapper(run, *receiver.ref)
    if not mapper:
        return None
    table = tables().scripts[mapper]
    if part == "models" and receiver.kind == "instance" and table.has(BEGINS, name):
        return _begun(table, node, arguments).on(receiver.depends)
    if part == "models" and receiver.kind == "instance" and table.effect(name, *OF_ROW):
        return _of_row(run, node, table, receiver, name, arguments)
    # `this` of a method that is static is the class.
    is_client = part == "clients" and receiver.kind == "instance"
    return _of_client(run, node, table, receiver, name, arguments) if is_client or part == "models" else None


def _mapper(run: Run, path: str, qualname: str) -> tuple[str, str]:
    """The mapper that a class of the project is derived from, and whether it is a model or a client of it."""
    project = run.summaries.project

    def find() -> tuple[str, str]:
        above = names.names_above(project, path, qualname)
        for mapper, table in tables().scripts.items():
            for part in ("models", "clients"):
                if any(table.has(part, name) for name in above):
                    return mapper, part
        return "", ""

    return project.memo.ask(("script mapper", path, qualname), find, in_cycle=("", "")) if path else ("", "")


# ---------------------------------------------------------------------------------------------------- asking


def _of_client(
    run: Run, node: f.Call, table: ScriptOrm, receiver: Value, name: str, arguments: Arguments
) -> Value | None:
    if table.has("factories", name):
        return Value(table.name, label=shapes.text_of(node), depends=receiver.depends)
    if table.has("runs", name):
        return _in_transaction(run, node, table, receiver, arguments)
    whose = receiver.label or (shapes.text_of(node.func.obj) if isinstance(node.func, f.Attr) else "")
    label = f"{whose}.{name}()"
    if table.has("begins", name):
        return _built(table.name, label, arguments, node, table)
    if table.has("begins_write", name):
        return replace(_built(table.name, label, arguments, node, table), path=WRITES)
    if table.has("begins_raw", name):
        return _raw(table, label, node, arguments)
    if table.has("execute", name):
        drivers.send(run, node, receiver, name, arguments, many=_asks_for_many(node, table))
        return Value("list", of=Value(DOCUMENT), depends=arguments.depends, label=receiver.label)
    effect = table.effect(name, *ASKS)
    if not effect:
        return None
    depends = arguments.depends
    _send(run, node, table, effect, label, depends, name, arguments)
    row_ = _with_relations(_row(run, table, receiver), table, node).on(depends)
    rows = "" if receiver.label == "this" else receiver.label
    if effect in ("fetch_many", "fetch_batch") and name not in ("distinct", "aggregate"):
        of_rows = Value("list", of=row_ if row_.known else Value(DOCUMENT), depends=depends, label=rows)
        return (
            of_rows
            if table.name != "mongoose"
            else replace(of_rows, kind=ASKED, dotted=table.name, path=MANY)
        )
    if effect in ("fetch_one", "write_one"):
        asked = Value(ASKED, of=row_, dotted=table.name, depends=depends, label=rows)
        return asked if table.name == "mongoose" else row_
    return Value(depends=depends)


def _row(run: Run, table: ScriptOrm, receiver: Value) -> Value:
    if receiver.kind == "class" and receiver.ref is not None:
        return evidence.instance_of(run.summaries.project, *receiver.ref)
    ref = receiver.ref if receiver.kind in SCRIPTS else None
    return Value(DOCUMENT, dotted=table.name, ref=ref) if table.parts.get("row_write") else Value()


def _with_relations(row: Value, table: ScriptOrm, node: f.Call) -> Value:
    """A row that knows what it was loaded with: `find({ relations: { photos: true } })`."""
    if row.kind != DOCUMENT or not table.parts.get("promised"):
        return row
    options = node.args[0] if node.args else f.Mapping(node.at, node.to, (), ())
    if not isinstance(options, f.Mapping) or any(not isinstance(key, f.Const) for key in options.keys):
        return row
    said = next((v for k, v in zip(options.keys, options.values, strict=True) if _says(k, table)), None)
    loaded: list[str] = []
    for part in shapes.nodes(said) if said is not None else ():
        if isinstance(part, f.Const) and isinstance(part.value, str):
            loaded.append(part.value.partition(".")[0])
        elif not isinstance(part, (f.Mapping, f.Collection, f.Const)):
            return row
    return replace(row, entries=((LOADED, Value("str", label=",".join(loaded))),))


def _says(key: f.Expr | None, table: ScriptOrm) -> bool:
    return isinstance(key, f.Const) and table.has("promised", str(key.value))


def lazily(run: Run, waiting: f.Expr, place: Place) -> None:
    """`await user.photos`: a relation that a row was not loaded with is asked for where it is waited for."""
    if not (isinstance(waiting, f.Attr) and isinstance(waiting.obj, f.Name)):
        return
    row = run.lookup(waiting.obj.id)
    loaded = dict(row.entries).get(LOADED) if row is not None and row.kind == DOCUMENT else None
    if row is None or loaded is None or waiting.name in loaded.label.split(","):
        return
    emit(run, "read", shapes.text_of(waiting), place, row.depends, orm=row.dotted)


def _of_row(
    run: Run, node: f.Call, table: ScriptOrm, receiver: Value, name: str, arguments: Arguments
) -> Value | None:
    """`book.save()`, `book.populate("author")`."""
    effect = table.effect(name, *OF_ROW)
    if not effect:
        return None
    label = f"{receiver.label or 'row'}.{name}()"
    _send(run, node, table, effect, label, receiver.depends | arguments.depends, name, arguments)
    return Value(depends=receiver.depends) if effect == "row_read" else receiver


def _send(
    run: Run,
    node: f.Call,
    table: ScriptOrm,
    effect: str,
    label: str,
    depends: frozenset[int | str],
    name: str,
    arguments: Arguments,
) -> None:
    writes = effect in ("write_one", "write_many", "row_write")
    many = effect in ("fetch_batch", "write_many") or _asks_for_many(node, table) or _is_given_many(arguments)
    note = "each row has its own data, so one statement does not do it" if table.has("differs", name) else ""
    emit(
        run, "write" if writes else "read", label, run.place(node), depends, orm=table.name, batch=many, note=note,
        many=effect == "fetch_many",
    )  # fmt: skip


def _asks_for_many(node: f.Call, table: ScriptOrm) -> bool:
    """`In(ids)`, `inArray(users.id, ids)`, `{ id: { [Op.in]: ids } }`, `{ _id: { $in: ids } }`."""
    for part in shapes.nodes(node.args):
        if isinstance(part, f.Mapping):
            keys = (
                k.value if isinstance(k, f.Const) else k.name if isinstance(k, f.Attr) else ""
                for k in part.keys
            )
            if any(isinstance(key, str) and table.has("batch", key) for key in keys):
                return True
        elif isinstance(part, f.Call):
            function = part.func.name if isinstance(part.func, f.Attr) else shapes.dotted(part.func)
            if table.has("batch", function):
                return True
    return False


def _is_given_many(arguments: Arguments) -> bool:
    """`repository.save(books)`, `{ where: { id: ids } }`: an array among what is given."""
    return any(_holds_many(value) for value in arguments.values)


def _holds_many(value: Value, depth: int = 0) -> bool:
    if value.kind in _LISTS:
        return value.size is None or not value.size.is_constant
    return depth < 2 and any(
        _holds_many(held, depth + 1) for name, held in value.entries if name in ("where", "id", "_id")
    )


def _in_transaction(
    run: Run, node: f.Call, table: ScriptOrm, receiver: Value, arguments: Arguments
) -> Value | None:
    """`dataSource.transaction(async (manager) => ...)`: the callback runs once, with a client of its own."""
    from analyzers.evaluate.calling import calls

    function = next((value for value in arguments.values if value.kind == "function"), None)
    if function is None:
        return None
    client = Value(table.name, label="tx", depends=receiver.depends)
    return calls.invoke(run, function, (client,), {}, run.place(node), "the transaction")


# ------------------------------------------------------------------------------------ queries built by a chain


def _built(
    mapper: str, label: str, arguments: Arguments, node: f.Call | None = None, table: ScriptOrm | None = None
) -> Value:
    many = node is not None and table is not None and _asks_for_many(node, table)
    return Value(BUILT, dotted=mapper, label=label, depends=arguments.depends, relation=MANY if many else "")


def _raw(table: ScriptOrm, label: str, node: f.Call, arguments: Arguments) -> Value:
    """`knex.raw("select ...")`: what it does stands in its text."""
    said = sql.of(node.args[0]) if node.args else sql.UNKNOWN
    begun = _built(table.name, label, arguments, node, table)
    many = MANY if said.many or said.kind == sql.OTHER else begun.relation
    return replace(begun, path=WRITES if said.kind == sql.WRITE else "", relation=many)


def _begun(table: ScriptOrm, node: f.Call, arguments: Arguments) -> Value:
    """`person.$query()`, `db.selectFrom("books")`: a query that nothing else begins in these words."""
    begun = _built(table.name, f"{shapes.text_of(node.func)}()", arguments, node, table)
    writes = table.has("begins_write", node.func.name) if isinstance(node.func, f.Attr) else False
    return replace(begun, path=WRITES) if writes else begun


def _refined(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    table = tables().scripts[receiver.dotted]
    writes = receiver.path == WRITES or bool(table.effect(name, "begins_write", "turns_write"))
    many = (
        receiver.relation == MANY
        or table.has("batch", name)
        or _asks_for_many(node, table)
        or (writes and _is_given_many(arguments))
        or any(_lists_places(argument) for argument in node.args)
    )
    refined = replace(
        receiver, depends=receiver.depends | arguments.depends, path=WRITES if writes else "", relation=MANY if many else "",
        label=f"{receiver.label.partition('(')[0] if '(' in receiver.label else shapes.text_of(node.func)}()",
    )  # fmt: skip
    if table.has("sends", name) or name == "then":
        return sent(run, refined, run.place(node))
    return refined


def _lists_places(node: f.Expr) -> bool:
    """`where("book.id IN (:...ids)", { ids })`."""
    return sql.written(sql.text_of(node)).many


def sent(run: Run, value: Value, place: Place) -> Value:
    """A query that a chain built is sent: it is awaited, or given back by what is called for each of many."""
    kind = "write" if value.path == WRITES else "read"
    emit(
        run,
        kind,
        value.label or "a query",
        place,
        value.depends,
        orm=value.dotted,
        batch=value.relation == MANY,
    )
    return Value("list", of=Value(DOCUMENT), depends=value.depends)


def is_put_together(run: Run, node: f.Call) -> bool:
    """True for many queries that one other is made of, or that are sent as one: `query.unionAll(ids.map(...))`, `db.batch(...)`."""
    kept = {
        target.id
        for stmt in shapes.of_kind(run.function.body, f.Assign)
        if stmt.value is node
        for target in stmt.targets
        if isinstance(target, f.Name)
    }
    taking = []
    for call in shapes.of_kind(run.function.body, f.Call):
        given = (part.value if isinstance(part, f.Star) else part for part in call.args)
        if any(one is node or (isinstance(one, f.Name) and one.id in kept) for one in given):
            taking.append(call.func)
    together = [func for func in taking if isinstance(func, f.Attr) and shapes.dotted(func.obj) != "Promise"]
    return bool(taking) and len(together) == len(taking)


def awaited(run: Run, value: Value, place: Place) -> Value:
    """What awaiting a query gives."""
    if value.kind == BUILT:
        return sent(run, value, place)
    if value.kind == ASKED:
        row_ = value.of or NONE
        return (
            replace(value, kind="list", dotted="", path="") if value.path == MANY else row_.on(value.depends)
        )
    return value


# ------------------------------------------------------------------------------------------ by what is said


def _tells(table: ScriptOrm, name: str, node: f.Call) -> bool:
    """True for a method that nothing else has, or that is handed an object in words of the mapper's: `findOne({ where })`."""
    if table.has("told", name):
        return True
    options = node.args[0] if node.args and table.has("told_with", name) else None
    return isinstance(options, f.Mapping) and any(
        isinstance(key, f.Const) and table.has("words", str(key.value)) for key in options.keys
    )


def _told(run: Run, node: f.Call, name: str, arguments: Arguments) -> Value | None:
    """A method that nothing else has, of something of which nothing is known: `models.Book.findByPk(id)`."""
    for table in tables().scripts.values():
        if table.has(BEGINS, name):
            holder = run.lookup(shapes.dotted(node.func.obj)) if isinstance(node.func, f.Attr) else None
            return _begun(table, node, arguments).on(holder.depends if holder is not None else frozenset())
        if _tells(table, name, node) and arguments.values:
            effect = table.effect(name, *ASKS)
            label = f"{shapes.text_of(node.func.obj)}.{name}()" if isinstance(node.func, f.Attr) else name
            _send(run, node, table, effect, label, arguments.depends, name, arguments)
            row = Value(DOCUMENT, dotted=table.name, depends=arguments.depends)
            if effect == "fetch_many":  # Of what `findAndCountAll` gives, the rows stand under a name.
                return Value("list", of=row, depends=row.depends) if name == "findAll" else Value()
            return row if effect == "fetch_one" or not table.has("told_with", name) else Value()
    return None
