"""Stores and services asked through a client: Redis, MongoDB, Elasticsearch, DynamoDB. Names come from
`orm/services.toml`; a client is known by what made it, never by the name of its method."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.emit import emit
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import UNKNOWN_VALUE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def kind_made_by(name: str, node: f.Call | None = None) -> str:
    """The family of clients that an outside name makes; `boto3.client("dynamodb")` is told by its first argument."""
    makers = _makers()
    return makers.get(_with_argument(name, node)) or makers.get(name, "")


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
    service = tables().services.get(base.kind)
    if service is None or not service.attributes or node.name.startswith("_"):
        return None
    if service.effect(node.name) or node.name in service.gives:
        return None
    label = shapes.text_of(node)
    return Value(service.attributes, label=label, depends=base.depends, bound=base)


def item(base: Value, label: str) -> Value | None:
    """`client["shop"]["books"]`."""
    service = tables().services.get(base.kind)
    if service is None or not service.attributes:
        return None
    return Value(service.attributes, label=label, depends=base.depends)


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a client, or what makes one."""
    receiver = target.bound
    if target.kind == "external":
        kind = kind_made_by(target.dotted, node)
        return Value(kind, label=target.label, depends=arguments.depends) if kind else None
    service = tables().services.get(receiver.kind) if receiver is not None else None
    if receiver is None or service is None:
        return None
    given = kind_given(receiver.kind, name, node)
    if given:
        return Value(given, label=shapes.text_of(node), depends=receiver.depends | arguments.depends)
    effect = service.effect(name)
    depends = receiver.depends | arguments.depends
    if not effect:
        return receiver.but(label=shapes.text_of(node), depends=depends) if service.chains else None
    if effect == "batch":
        return UNKNOWN_VALUE
    emit(
        run,
        effect,
        f"{receiver.label or service.name}.{name}()",
        run.place(node),
        # What is asked of another collection each time cannot be put together.
        depends if service.chains else arguments.depends,
        orm=receiver.kind,
        batch=any(_says(node, word) for word in service.many),
    )
    if effect == "http":
        run.effects.add("http")
    return Value(depends=depends)


def _says(node: f.Call, word: str) -> bool:
    """True if a text stands among the arguments: `{"_id": {"$in": ids}}`."""
    values = (*node.args, *(keyword.value for keyword in node.keywords))
    return any(isinstance(part, f.Const) and part.value == word for part in shapes.nodes(values))
