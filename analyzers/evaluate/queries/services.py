"""Stores and services asked through a client: Redis, MongoDB, Elasticsearch, DynamoDB. Names come from
`orm/services.toml`; a client is known by what made it, never by the name of its method."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import by_method
from analyzers.evaluate.queries.emit import DOCUMENT, committed, emit
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.project.index import Project
from analyzers.types import NOTHING, UNKNOWN_VALUE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def kind_made_by(name: str, node: f.Call | None = None) -> str:
    """The family of clients that an outside name makes; `boto3.client("dynamodb")` is told by its first argument."""
    makers = _makers()
    return makers.get(_with_argument(name, node)) or makers.get(name, "") or kind_generated(name)


def kind_generated(name: str) -> str:
    """The family of a client whose class is generated: `users_pb2_grpc.UsersStub`; "" for any other class."""
    module, _, cls = name.rpartition(".")
    ends = _generated().items()
    return next((kind for kind, (of, it) in ends if cls.endswith(it) and module.endswith(of)), "")


def kind_imported(project: Project, path: str, chain: str) -> str:
    """The same of a name as a file imports it: what is generated may stand beside the project's files, of which it is none."""
    first, _, rest = chain.partition(".")
    if not chain.endswith(_generated_ends()):
        return ""
    project.read(path, "name", first)
    outline = project.outline(path)
    item = outline.imports.get("", {}).get(first) if outline is not None else None
    return kind_generated(".".join(part for part in (item.module, item.name, rest) if part)) if item else ""


@cache
def _generated_ends() -> tuple[str, ...]:
    return tuple(cls for _, cls in _generated().values())


@cache
def _generated() -> dict[str, tuple[str, str]]:
    return {name: one.generated for name, one in tables().services.items() if one.generated is not None}


@cache
def _makers() -> dict[str, str]:
    """The family of the clients that each outside name makes; of two families the first."""
    services = reversed(tables().services.items())
    return {name: family for family, service in services for name in service.made}


def _with_argument(name: str, node: f.Call | None) -> str:
    first = node.args[0] if node is not None and node.args else None
    return f"{name}({first.value})" if isinstance(first, f.Const) and isinstance(first.value, str) else name


def kind_given(kind: str, method: str, node: f.Call | None = None) -> str:
    """The family of what a client's method gives; "" for what is no client."""
    service = tables().services.get(kind)
    if service is None:
        return ""
    return service.gives.get(_with_argument(method, node)) or service.gives.get(method, "")


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`client.shop.books`: in MongoDB every name that is no method is a collection."""
    kind = kind_below(base.kind, node.name)
    return Value(kind, label=shapes.text_of(node), depends=base.depends, bound=base) if kind else None


def kind_below(kind: str, name: str = "") -> str:
    """The family of what a client holds under an attribute's name, or under a key; "" for a method, and for what is no client."""
    service = tables().services.get(kind)
    if service is None or name.startswith("_") or (name and (service.effect(name) or name in service.gives)):
        return ""
    return service.holds.get(name, service.attributes)


def item(base: Value, label: str) -> Value | None:
    """`client["shop"]["books"]`."""
    kind = kind_below(base.kind)
    return Value(kind, label=label, depends=base.depends) if kind else None


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a client, or what makes one."""
    receiver = target.bound
    if target.kind == "external":
        kind = kind_made_by(target.dotted, node)
        if kind:
            return Value(kind, label=target.label, depends=arguments.depends)
        receiver = _module(target)
    elif target.kind == "unknown" and (kind := _made_by_generated(run, node)):
        return Value(kind, label=target.label, depends=arguments.depends)
    if receiver is None or receiver.kind in by_method.UNTOLD:
        receiver = by_method.client(run, node, target, name, arguments)
    service = tables().services.get(receiver.kind) if receiver is not None else None
    if receiver is None or service is None:
        return None
    given = kind_given(receiver.kind, name, node)
    effect = service.effect(name)
    depends = receiver.depends | arguments.depends
    if any(keyword.name == "cache" for keyword in node.keywords):
        return Value(depends=depends)  # What has been asked before is at hand.
    if name in service.lists:
        each = Value(service.lists[name], depends=depends)
        return Value("list", of=each, label=shapes.text_of(node), depends=depends)
    if given and (not effect or (name in service.builds and _is_no_reading(run, node, arguments))):
        return Value(given, label=shapes.text_of(node), depends=depends)
    if not effect:
        return receiver.but(label=shapes.text_of(node), depends=depends) if service.chains else None
    if effect == "batch":
        return UNKNOWN_VALUE
    if effect == "commit":
        label = f"{receiver.label or service.name}.{name}()"
        committed(run, label, run.place(node), depends, orm=receiver.kind)
        return UNKNOWN_VALUE
    emit(
        run,
        effect,
        f"{receiver.label or service.name}.{name}()",
        run.place(node),
        depends,
        orm=receiver.kind,
        batch=any(_says(node, word) for word in service.many),
        # What is asked of another collection each time cannot be put together.
        batched=NOTHING if service.chains else receiver.depends - arguments.depends,
    )
    if effect == "http":
        run.effects.add("http")
    if given:
        return Value(given, label=shapes.text_of(node), depends=depends)
    if name in service.rows:
        return Value("list", of=Value(DOCUMENT, depends=depends), depends=depends)
    return Value(depends=depends)


def _made_by_generated(run: Run, node: f.Call) -> str:
    chain = shapes.dotted(node.func) if run.language == "python" else ""
    return kind_imported(run.summaries.project, run.path, chain) if chain else ""


def _module(target: Value) -> Value | None:
    """`frappe.db.get_value(...)`: the module, or the ready object of it, is what is asked."""
    owner = target.dotted.rpartition(".")[0]
    family = _modules().get(owner)
    return Value(family, label=target.label.rpartition(".")[0]) if family else None


@cache
def _modules() -> dict[str, str]:
    """The family of what each module is asked like."""
    return {name: family for family, service in tables().services.items() for name in service.modules}


def _is_no_reading(run: Run, node: f.Call, arguments: Arguments) -> bool:
    """True for `get_doc({...})`, a row that is made of what stands there, and for one that is asked to do something
    (`doc = get_doc(...)`, `doc.cancel()`): it has to be at hand by itself."""
    first = arguments.first()
    if not node.args or isinstance(node.args[0], f.Mapping) or (first is not None and first.kind == "dict"):
        return True
    names = {target.id for target in _given_to(run, node) if isinstance(target, f.Name)}
    return any(
        isinstance(call.func, f.Attr)
        and call.func.name not in _ONLY_READS
        and (call.func.obj is node or (isinstance(call.func.obj, f.Name) and call.func.obj.id in names))
        for call in shapes.of_kind(run.function.body, f.Call)
    )


def _given_to(run: Run, node: f.Call) -> tuple[f.Expr, ...]:
    """The targets of the assignment that a call is the value of."""
    return next((one.targets for one in shapes.of_kind(run.function.body, f.Assign) if one.value is node), ())


_ONLY_READS = ("get", "as_dict", "as_json")
"""Methods of a row that say what it holds."""


def _says(node: f.Call, word: str) -> bool:
    """True if a text stands among the arguments: `{"_id": {"$in": ids}}`."""
    values = (*node.args, *(keyword.value for keyword in node.keywords))
    return any(isinstance(part, f.Const) and part.value == word for part in shapes.nodes(values))
