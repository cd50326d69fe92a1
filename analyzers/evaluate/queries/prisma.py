"""Prisma Client: `prisma.user.findMany(...)`. Names come from `orm/prisma.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.queries.emit import DOCUMENT, emit
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.project import names
from analyzers.types import UNKNOWN_VALUE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`prisma.user` is the model's delegate."""
    if base.kind != "prisma" or node.name.startswith("$"):
        return None
    own = names.member(run.summaries.project, *base.ref, node.name) if base.ref is not None else None
    if own is not None and own.kind == "function":  # A service that is a client has methods of its own.
        ref = (own.path, own.qualname)
        return Value("function", ref=ref, label=shapes.text_of(node), bound=base, depends=base.depends)
    return Value("prisma-model", label=shapes.text_of(node), depends=base.depends)


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    receiver = target.bound
    t = tables().prisma
    unknown = target.kind == "external" or (receiver is not None and receiver.kind in ("unknown", "external"))
    if unknown and run.language != "python" and _is_told(node, name) and isinstance(node.func, f.Attr):
        receiver = Value("prisma-model", label=shapes.text_of(node.func.obj))
    if receiver is None or receiver.kind not in ("prisma", "prisma-model"):
        return None
    effect = t.model.of(name) if receiver.kind == "prisma-model" else t.client.of(name)
    if effect == "derived":
        return receiver
    if effect == "transaction":
        return _transaction(run, node, receiver, arguments)
    if not effect:
        return None
    batch = effect == "write_many" or any(_asks_for_many(a) for a in node.args)
    kind = "write" if effect.startswith("write") else "read"
    note = (
        "each row has its own data, so one statement does not do it" if name in ("update", "upsert") else ""
    )
    emit(
        run, kind, f"{receiver.label}.{name}()", run.place(node), arguments.depends, orm="prisma", batch=batch,
        note=note,
    )  # fmt: skip
    if effect == "fetch_many":
        return Value("list", of=Value(DOCUMENT), depends=arguments.depends, label=receiver.label)
    return UNKNOWN_VALUE


def _is_told(node: f.Call, name: str) -> bool:
    """True for `ctx.db.book.findUnique({ where })`, whatever `ctx.db` is: nothing else is asked in these words."""
    t, func = tables().prisma, node.func
    if (
        (name not in t.told and name not in t.told_where)
        or len(node.args) != 1
        or not isinstance(func, f.Attr)
        or not isinstance(func.obj, f.Attr)
    ):
        return False
    words = node.args[0]
    keys = {k.value for k in words.keys if isinstance(k, f.Const)} if isinstance(words, f.Mapping) else set()
    return bool(keys & t.words.names) if name in t.told else "where" in keys


def _transaction(run: Run, node: f.Call, receiver: Value, arguments: Arguments) -> Value | None:
    """`$transaction(async (tx) => ...)`: the callback runs once, with a client of its own."""
    first = arguments.first()
    if first is None or first.kind != "function":
        return None
    client = Value("prisma", label="tx")
    return calls.invoke(run, first, (client,), {}, run.place(node), "the transaction")


def _asks_for_many(node: f.Expr) -> bool:
    """`{ where: { id: { in: ids } } }` asks for many values at once."""
    if not isinstance(node, f.Mapping):
        return False
    keys = {k.value for k in node.keys if isinstance(k, f.Const)}
    return bool(keys & tables().prisma.batch.names) or any(_asks_for_many(v) for v in node.values)
