"""One function, with what its names may hold of a query's rows."""

from __future__ import annotations

from collections.abc import Mapping

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.uses import calls
from analyzers.uses.things import NOTHING, ROWS, Things, Unknown, Uses, at, begins, loose, under

_ROUNDS = 8


class Frame:
    """A function that is gone through until its names hold nothing new. `seed` is the place of the query, in the
    function that sends it."""

    def __init__(
        self,
        uses: Uses,
        path: str,
        function: f.Function,
        held: Mapping[str, Things],
        outer: Frame | None = None,
        seed: tuple[int, int] | None = None,
    ) -> None:
        self.uses, self.path, self.function, self.outer, self.seed = uses, path, function, outer, seed
        self.held: dict[str, Things] = dict(held)
        self.given = NOTHING  # what it returns or yields
        self._foreign = {param.name for param in function.params}
        self._own = {
            target.id
            for statement in shapes.walk(function.body)
            if isinstance(statement, f.Assign)
            for target in shapes.stored(statement.targets)
            if isinstance(target, f.Name)
        }

    def run(self) -> Things:
        """What it gives back."""
        for _ in range(_ROUNDS):
            before = dict(self.held), self.given
            self._body(self.function.body)
            for inner in self.uses.project.nested(self.path, self.function.qualname):
                if Frame(self.uses, self.path, inner, {}, self).run():
                    raise Unknown  # It gives rows to whoever calls it.
            if (self.held, self.given) == before:
                return self.given
        raise Unknown

    def lookup(self, name: str) -> Things:
        if name in self.held or self.outer is None or name in self._foreign:
            return self.held.get(name, NOTHING)
        return self.outer.lookup(name)

    def is_own(self, name: str) -> bool:
        """True for a name that nobody outside the function can look at."""
        return name in self._own and name not in self._foreign

    def put(self, name: str, things: Things) -> None:
        """A name may hold these from now on."""
        if not things:
            return
        if name in self._foreign and f"global {name}" in self._foreign:
            raise Unknown
        self.held[name] = self.held.get(name, NOTHING) | things

    # ------------------------------------------------------------------------------------------ statements

    def _body(self, body: tuple[f.Stmt, ...]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, s: f.Stmt) -> None:
        self.uses.step()
        match s:
            case f.Assign():
                things = self.of(s.value) if s.value is not None else NOTHING
                for target in s.targets:
                    self.bind(target, things)
            case f.Update():
                self.bind(s.target, self.of(s.target) | self.of(s.value))
            case f.Do():
                self.of(s.value)
            case f.Return():
                self.given |= self.of(s.value) if s.value is not None else NOTHING
            case f.For():
                self.bind(s.target, self._each(s.iter))
            case f.While():
                self.of(s.test)
            case f.If():
                self.of(s.test)
            case f.Match():
                if self.of(s.subject):
                    raise Unknown
            case f.With():
                for item in s.items:
                    things = self.of(item.value)
                    if item.target is not None:
                        self.bind(item.target, things)
            case f.Jump():
                if self._all(s.values):
                    raise Unknown
            case f.Scope():
                self._foreign |= {word for name in s.names for word in (name, f"global {name}")}
            case _:
                pass
        self._body(shapes.children(s))

    def _each(self, node: f.Expr) -> Things:
        things = self.of(node)
        return things | loose(things)

    def bind(self, target: f.Expr, things: Things) -> None:
        """Something is assigned."""
        if isinstance(target, f.Name):
            self.put(target.id, things)
        elif isinstance(target, f.Collection):
            for item in target.items:
                self.bind(item, things | loose(things))
        elif isinstance(target, f.Star):
            self.bind(target.value, things)
        elif isinstance(target, f.Attr):
            self._bind_attribute(target, things)
        elif isinstance(target, f.Index):
            self.of(target.index)
            base = self.of(target.obj)
            self._bind_part(target, things, base)
        elif things:
            raise Unknown

    def _bind_attribute(self, target: f.Attr, things: Things) -> None:
        base = self.of(target.obj)
        if things:
            raise Unknown
        for thing in base:
            model = self.uses.model(thing.path)
            if model is not None and target.name in model.relations:
                self.uses.relation(model, thing.path, target.name)
            self.uses.given.add(target.name)

    def _bind_part(self, target: f.Index, things: Things, base: Things) -> None:
        if not things:
            return
        key = target.index.value if isinstance(target.index, f.Const) else None
        root = begins(target)
        if not root or not self.is_own(root):
            raise Unknown
        if isinstance(target.obj, f.Name) and isinstance(key, str):
            self.put(root, under(key, things))
        else:
            self.put(root, loose(things) | things)

    # ------------------------------------------------------------------------------------------ expressions

    def of(self, node: f.Expr) -> Things:
        """What an expression may be of the query's rows; what it reads of them is noted."""
        self.uses.step()
        match node:
            case f.Name():
                return self.lookup(node.id)
            case f.Const() | f.Lambda():
                return NOTHING
            case f.Attr():
                return calls.attribute(self, node, self.of(node.obj), None)
            case f.Index():
                base, _ = self.of(node.obj), self.of(node.index)
                key = node.index.value if isinstance(node.index, f.Const) else None
                return at(key, base) if isinstance(key, str) else base | loose(base)
            case f.Call():
                found = calls.called(self, node)
                return found | ROWS if self.seed == (node.at, node.to) else found
            case f.Logic():
                return self._all(node.parts)
            case f.Choose():
                self.of(node.test)
                return self.of(node.then) | self.of(node.other)
            case f.Collection():
                return self._all(node.items)
            case f.Mapping():
                return self._mapping(node)
            case f.Comprehension():
                return self._comprehension(node)
            case f.Template():
                for part in node.parts:
                    calls.as_text(self, self.of(part))
                return NOTHING
            case _:
                return self._other(node)

    def _other(self, node: f.Expr) -> Things:
        match node:
            case f.Slice():
                self._all(tuple(p for p in (node.start, node.stop, node.step) if p is not None))
                return self.of(node.obj)
            case f.Binary():
                return self._binary(node)
            case f.Unary():
                things = self.of(node.operand)
                return NOTHING if node.op == "not" else things
            case f.Compare():
                self._all((node.left, *node.rights))
                return NOTHING
            case f.Await() | f.Star():
                return self.of(node.value)
            case f.Yield():
                self.given |= self.of(node.value) if node.value is not None else NOTHING
                return NOTHING
            case f.Named():
                things = self.of(node.value)
                self.bind(node.target, things)
                return things
            case f.Opaque() if not self._all(node.parts):
                return NOTHING
            case _:
                raise Unknown

    def _all(self, parts: tuple[f.Expr, ...]) -> Things:
        return frozenset().union(*[self.of(part) for part in parts])

    def _binary(self, node: f.Binary) -> Things:
        left, right = self.of(node.left), self.of(node.right)
        if node.op == "%" and right:
            calls.as_text(self, right)
            return NOTHING
        if (left or right) and node.op in ("|", "&", "^", "*"):
            raise Unknown  # Two queries made one.
        return left | right

    def _mapping(self, node: f.Mapping) -> Things:
        out = NOTHING
        for key, value in zip(node.keys, node.values, strict=True):
            things = self.of(value)
            if isinstance(key, f.Const) and isinstance(key.value, str):
                out |= under(key.value, things)
            else:
                out |= things | (self.of(key) if key is not None else NOTHING)
        return out

    def _comprehension(self, node: f.Comprehension) -> Things:
        for clause in node.clauses:
            self.bind(clause.target, self._each(clause.iter))
            self._all(clause.conditions)
        key = self.of(node.key) if node.key is not None else NOTHING
        return key | self.of(node.value)
