"""What a request to a script's server sends along: as long as whoever asks makes it.

`req.body` of Express, Koa, Fastify and Next.js; `({ ctx, input }) =>` of a procedure of tRPC; what a method of NestJS or
type-graphql is given that answers a mutation or a `POST`.
Sources: https://expressjs.com/en/5x/api.html#req.body, https://github.com/koajs/bodyparser,
https://fastify.dev/docs/latest/Reference/Request/, https://trpc.io/docs/server/procedures,
https://docs.nestjs.com/controllers#request-payloads, https://docs.nestjs.com/graphql/mutations
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.project.index import Project
from analyzers.project.outline import callee

BODY = "body"
REQUESTS = frozenset(("req", "request", "ctx", "c", "event"))
INPUT, CONTEXT = "input", "ctx"
HANDLERS = frozenset(("Mutation", "Post", "Put", "Patch"))
"""Decorators of methods that are given what a request sends."""


def is_body(project: Project, path: str, function: f.Function, node: f.Expr) -> bool:
    """True for the body of a request, or the input of a procedure, as it is read in a function."""
    if isinstance(node, f.Attr) and node.name == BODY:
        root: f.Expr = node.obj
        while isinstance(root, f.Attr):
            root = root.obj
        return isinstance(root, f.Name) and root.id in REQUESTS
    if not isinstance(node, f.Name):
        return False
    around: f.Function | None = function
    while around is not None:
        for param in around.params:
            if _is_input(param, node.id):
                return True
            if param.name == node.id:
                return any(callee(decorator) in HANDLERS for decorator in around.decorators)
        around = project.function(path, around.parent) if around.parent else None
    return False


def _is_input(param: f.Param, name: str) -> bool:
    """`{ ctx, input }`: the pattern of what tRPC hands to a procedure."""
    if not isinstance(param.pattern, f.Mapping):
        return False
    keys = {key.value for key in param.pattern.keys if isinstance(key, f.Const)}
    return name == INPUT and INPUT in keys and CONTEXT in keys
