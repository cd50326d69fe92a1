"""Costs of a method on every call, where what it works on is kept by its object and gets longer between the calls.

Nobody needs to see the loop: an object that fills a list in one method and empties it in another is a queue, and is
asked for all that was put into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import by_parts, chained, remembered
from analyzers.findings import Related
from analyzers.project.attributes import AttributeValue, values_of
from analyzers.rules import asked_of_all, edits, held, of_others, rebuilt
from analyzers.rules.base import Context


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if function.name in held.MAKERS or not function.params:
        return False
    this = function.params[0].name
    if (
        function.owner
        and function.decorators
        and any(True for _ in shapes.of_kind(function.body, f.Comprehension))
    ):
        return True
    for node in shapes.nodes(function.body):
        if node.__class__ is f.Call:  # a third of the cost of `isinstance`, of every node there is
            attribute = held.put(node)[1]
            if "." in attribute or "[" in attribute:
                return True
            own = (
                asked_of_all.searches_own(function, node)
                or _put_in_front(node)
                or shapes.called(node) == "count"
            )
            own = own or (bool(function.decorators) and shapes.called(node) in ("set", "frozenset"))
            if function.owner and own:
                return True
            if function.owner and (
                asked_of_all.siblings_of(node, this) or _looked_through(node).startswith(f"{this}.")
            ):
                return True
        elif node.__class__ is f.Slice:
            if function.owner and _is_own(node.obj, this):
                return True
        elif node.__class__ is f.Index:
            if node.obj.__class__ is f.Call and function.owner and _cut_whole(node).startswith(f"{this}."):
                return True
        elif node.__class__ is f.Update:
            attribute = held.put(node)[1]
            if "." in attribute or "[" in attribute:
                return True
        elif (
            (node.__class__ is f.Binary and function.owner and _is_own(node.left, this))
            or (
                node.__class__ is f.Assign
                and function.owner
                and (_kept_anew(node, this) or _copied(node.value))
            )
            or (
                node.__class__ is f.Compare
                and function.owner
                and (any(_is_own(x, this) for x in node.rights) or asked_of_all.searches_own(function, node))
            )
        ):
            return True
    return False


def _is_own(node: f.Expr, this: str) -> bool:
    return shapes.dotted(node).startswith(f"{this}.")


def queues(context: Context) -> Iterator[held.Told]:
    """Lists from whose front something is taken on every call, where it is put in at the end: `self.jobs.pop(0)`. Not what
    is put in front, as on a stack, and not a list that only gets shorter."""
    for here in _functions(context):
        for node in _taking(here.function.body):
            _, label = held.put(node)
            kept = "." in label or "[" in label
            filled = (
                held.filled(context, here, label) if kept else _given_around(context, here.function, label)
            )
            if filled is None and isinstance(node, f.Call) and isinstance(node.func, f.Attr):
                filled = of_others.filled(here, node.func.obj)
            if filled is not None:
                yield held.Told(edits.absolute(here, node), label, "list", filled)


@by_parts(chained)
def _taking(body: object) -> tuple[f._Node, ...]:
    return tuple(node for node in held.outside_of_loops(body) if held.put(node)[0] == "taken")


def _assigned(context: Context, name: str) -> tuple[AttributeValue, ...]:
    """What the class assigns to an attribute of the object's."""
    return values_of(context.project, context.path, context.function.owner, name)


def _given_around(context: Context, function: f.Function, label: str) -> Related | None:
    """Where a function that is called again and again, as it hands itself on, has a list from: the one around it is given it."""
    own = {
        n.id
        for stmt in shapes.walk(function.body)
        for t in _targets(stmt)
        for n in shapes.nodes(t)
        if isinstance(n, f.Name)
    }
    if not function.parent or label in own or label in {p.name for p in function.params}:
        return None
    around = context.project.function(context.path, function.parent)
    param = next((p for p in around.params if p.name == label), None) if around is not None else None
    if param is None or around is None or not shapes.mentions(function.body, frozenset((function.name,))):
        return None
    return Related(
        edits.absolute(replace(context, function=around), param), "given here, as many as calls take from it"
    )


def _targets(stmt: f.Stmt) -> tuple[f.Expr, ...]:
    return stmt.targets if isinstance(stmt, f.Assign) else ()


def kept_once(context: Context) -> Iterator[held.Told]:
    """Lists of the object's in which it keeps each thing once: `if job not in self.jobs: self.jobs.append(job)`."""
    if not held.is_called_often(context):
        return
    filled = {
        label: node
        for node in held.adding(context.function.body)
        if isinstance(node, f.Call)  # A text gets longer by `+=`.
        for what, label in (held.put(node),)
        if what == "behind"
    }
    for node in held.outside(context.function.body, f.Compare):
        for op, right in zip(node.ops, node.rights, strict=False):
            label = shapes.dotted(right)
            if (
                op not in ("in", "not in")
                or label not in filled
                or held.is_begun_anew(context.function, label)
            ):
                continue
            if held.attribute_of(context.function, label):
                where = edits.absolute(context, filled[label])
                yield held.Told(
                    edits.absolute(context, node), label, "list", Related(where, "put into it here")
                )


def texts(context: Context) -> Iterator[held.Told]:
    """Texts of the object's to which each call adds what it is given: `self.buffer += data`, `self.named[key] += part`."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    for node in held.outside(function.body, f.Update, f.Assign):
        parts = _lengthened(node, given)
        if parts is None:
            continue
        target, added = parts
        if isinstance(target, f.Index):
            if _is_kept_text(context, target, added, given | asked_of_all.made_of(function, given)):
                yield _text_told(context, node, shapes.text_of(target), "str", target)
            continue
        label = shapes.dotted(target)
        name = held.attribute_of(function, label)
        if not name or not shapes.mentions(added, given) or held.is_set(function, label, node):
            continue  # It is emptied in the same call.
        kind, started = held.text_started(_assigned(context, name))
        if kind and started is not None:
            yield held.Told(
                edits.absolute(context, node),
                label,
                kind,
                Related(held.where_set(context, started), f"`{label}` is a text here"),
            )


def _lengthened(node: f._Node, given: frozenset[str]) -> tuple[f.Expr, tuple[f.Expr, ...]] | None:
    """What a statement makes longer, and the parts it adds."""
    if isinstance(node, f.Update) and node.op == "+":
        return node.target, tuple(shapes.summands(node.value))
    if not isinstance(node, f.Assign) or not isinstance(node.value, f.Binary) or node.value.op != "+":
        return None
    if len(node.targets) == 1 and isinstance(node.targets[0], f.Index):
        target, (first, *others) = node.targets[0], shapes.summands(node.value)
        return (target, tuple(others)) if _is_old(first, target) else None
    stored, added = [shapes.dotted(target) for target in node.targets], shapes.dotted(node.value.right)
    if shapes.dotted(node.value.left) in stored or (added in given and added in stored):
        return node.value.left, (node.value.right,)
    return None


def _is_kept_text(
    context: Context, target: f.Index, added: tuple[f.Expr, ...], known: frozenset[str]
) -> bool:
    """True for a text that the object keeps under a key, and puts a piece of what it is given behind."""
    function = context.function
    if not held.attribute_of(function, shapes.dotted(target.obj)) or not shapes.mentions(added, known):
        return False
    own = [shapes.dotted(part) for part in added]
    parts = [
        *added,
        *(part for name in own for value in _values(function, name) for part in shapes.summands(value)),
    ]
    if held.is_set(function, shapes.dotted(target.obj), target):
        return False
    return any(isinstance(part, f.Template) or _is_text(part) for part in parts)


def _is_text(part: f.Expr) -> bool:
    return isinstance(part, f.Const) and part.kind in held.TEXTS


def _values(function: f.Function, name: str) -> list[f.Expr]:
    """What a function gives a name."""
    return [
        stmt.value
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and stmt.value is not None and name in map(shapes.dotted, stmt.targets)
    ]


def _text_told(context: Context, node: f._Node, label: str, kind: str, target: f.Expr) -> held.Told:
    return held.Told(
        edits.absolute(context, node), label, kind, Related(edits.absolute(context, target), "kept here")
    )


def pieces(context: Context) -> Iterator[rebuilt.Piece]:
    """Pieces of what the object keeps that each call goes through, up to the place it is asked about or from there:
    `self.text.count("\n", 0, pos)`, `pattern.match(self.text[self.pos:])`, `sum(self.widths[:column])`."""
    if not held.is_called_often(context):
        return
    function = context.function
    names = frozenset(p.name for p in function.params)
    for node in _of_places(function.body):
        for piece in rebuilt.piece_of(node, names):
            if held.attribute_of(function, piece.whole) and _is_place(piece.node):
                yield piece


@by_parts(chained)
def _of_places(body: object) -> tuple[f._Node, ...]:
    nodes = held.outside_of_loops(body)
    return tuple(node for node in nodes if rebuilt.may_be_of_piece(node))


def lines(context: Context) -> Iterator[held.Told]:
    """Texts that the object was made with and each call cuts whole, to take the piece that it is asked for:
    `self.text.splitlines()[line - 1]`."""
    if not held.is_called_often(context):
        return
    function = context.function
    for node in held.outside(function.body, f.Index):
        label = _cut_whole(node) if isinstance(node.obj, f.Call) else ""
        if not label:
            continue
        name = held.attribute_of(function, label)
        if not name or isinstance(node.index, (f.Const, f.Unary)):
            continue
        for value in _assigned(context, name):
            if value.function is not None and value.function.name in held.MAKERS and value.value is not None:
                where = Related(held.where_set(context, value), f"`{label}` is given here")
                yield held.Told(edits.absolute(context, node.obj), label, "lines", where)
                break


def _cut_whole(node: f._Node) -> str:
    """`self.text` of `self.text.splitlines()[n]` and `self.text.split("\\n")[n]`; "" for anything else."""
    call = node.obj if isinstance(node, f.Index) else None
    if not isinstance(call, f.Call) or not isinstance(call.func, f.Attr):
        return ""
    return (
        shapes.dotted(call.func.obj)
        if call.func.name in ("splitlines", "split") and len(call.args) < 2
        else ""
    )


def _is_place(node: f.Slice | f.Call) -> bool:
    """True if one end of a piece is a place that something keeps or a call is given: `pos`, `self.pos + 1`."""
    ends = node.args[2:] if isinstance(node, f.Call) else (node.start, node.stop)
    for end in ends:
        if isinstance(end, f.Binary) and isinstance(end.right, f.Const):
            end = end.left
        if isinstance(end, (f.Name, f.Attr)) and not shapes.dotted(end).isupper():
            return True
    return False


def put_in_front(context: Context) -> Iterator[held.Told]:
    """Lists of the object's in front of which each call puts something: `self.lines.insert(0, line)`. Not a stack, which is short."""
    if not held.is_called_often(context):
        return
    for node in _in_front(context.function.body):
        label = _put_in_front(node)
        name = held.attribute_of(context.function, label)
        listed = [
            v
            for v in _assigned(context, name)
            if isinstance(v.value, f.Collection) and v.value.kind == "list"
        ]
        if name and listed and not _is_stack(context, name):
            where = Related(held.where_set(context, listed[0]), f"`{label}` is a list here")
            yield held.Told(edits.absolute(context, node), label, "front", where)


@by_parts(chained)
def _in_front(body: object) -> tuple[f.Call, ...]:
    calls = (node for node in held.outside_of_loops(body) if isinstance(node, f.Call))
    return tuple(node for node in calls if _put_in_front(node))


def _is_stack(context: Context, name: str) -> bool:
    """True for a list from whose front some method takes what was put there."""
    methods = context.project.methods_of(context.path, context.function.owner).values()
    return any(
        held.put(node) == ("taken", f"{method.params[0].name}.{name}")
        for method in methods
        if method.params
        for node in shapes.of_kind(method.body, f.Call)
    )


def _put_in_front(node: f._Node) -> str:
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or node.func.name != "insert":
        return ""
    first = node.args[0] if len(node.args) == 2 else None
    at_front = isinstance(first, f.Const) and first.kind == "int" and first.value == 0
    return shapes.dotted(node.func.obj) if at_front else ""


def copied(context: Context) -> Iterator[held.Told]:
    """Parts of what the object keeps that each call copies, adds to and puts back: `rows = list(self.rows[key])`,
    `rows.append(row)`, `self.rows[key] = rows`."""
    if not held.is_called_often(context):
        return
    function = context.function
    this = f"{function.params[0].name}."
    added = set(map(held.adds_to, held.adding(function.body)))
    for stmt in held.outside(function.body, f.Assign):
        if len(stmt.targets) != 1 or not isinstance(stmt.targets[0], f.Name):
            continue
        name = stmt.targets[0].id
        source = _copied(stmt.value)
        holder = _holder(function, source, this) if source is not None and name in added else ""
        if stmt.value is not None and holder and _is_put_back(function, holder, name):
            where = Related(edits.absolute(context, stmt.targets[0]), "copied here")
            yield held.Told(edits.absolute(context, stmt.value), holder, "anew", where)


def _copied(value: f.Expr | None) -> f.Expr | None:
    """`xs` of `copy.deepcopy(xs)`, `list(xs)`, `xs.copy()`."""
    if not isinstance(value, f.Call):
        return None
    if isinstance(value.func, f.Attr) and value.func.name == "copy" and not value.args:
        return value.func.obj
    name = shapes.dotted(value.func)
    if name in ("deepcopy", "copy.deepcopy", "copy.copy", "list", "dict", "set") and len(value.args) == 1:
        return value.args[0]
    return None


def _holder(function: f.Function, source: f.Expr, this: str, steps: int = 3) -> str:
    """The attribute of the object's that an expression is, or is a part of, directly or by names given on the way."""
    while isinstance(source, f.Index):
        source = source.obj
    text = shapes.dotted(source)
    if text.startswith(this):
        return text
    if isinstance(source, f.Call) and isinstance(source.func, f.Attr) and source.func.name == "get":
        return _holder(function, source.func.obj, this, steps)
    values = _values(function, text) if text.isidentifier() and steps else []
    found = (_holder(function, value, this, steps - 1) for value in values if _copied(value) is None)
    return next((one for one in found if one), "")


def _is_put_back(function: f.Function, holder: str, name: str) -> bool:
    return any(
        shapes.mentions(stmt.value, frozenset((name,))) and _copied(stmt.value) is None
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign)
        for target in stmt.targets
        if shapes.dotted(target.obj if isinstance(target, f.Index) else target) == holder
    )


def cut(context: Context) -> Iterator[held.Told]:
    """Texts and buffers of the object's from whose front each call cuts a piece, so that all that is left is copied:
    `self.buffer = self.buffer[n:]`, where another method puts more behind, or the object was made with all of it."""
    if not held.is_called_often(context):
        return
    function = context.function
    for node in held.outside(function.body, f.Assign):
        if not isinstance(node.value, f.Slice) or len(node.targets) != 1:
            continue
        piece, label = node.value, shapes.dotted(node.targets[0])
        name = held.attribute_of(function, label)
        front = piece.start is not None and piece.stop is None and shapes.dotted(piece.obj) == label
        if not front or not name or isinstance(piece.start, f.Unary):
            continue
        kept = any(_is_buffer(value.value) for value in _assigned(context, name))
        filled = _filled_elsewhere(context, name) if kept else _made_with(context, name, piece)
        if filled is not None:
            yield held.Told(edits.absolute(context, node), label, "cut", filled)


def _made_with(context: Context, name: str, piece: f.Slice) -> Related | None:
    """Where a constructor puts the whole of what it is given, from which calls cut pieces of the length that they find."""
    if isinstance(piece.start, f.Const):
        return None
    for value in _assigned(context, name):
        function = value.function
        if function is None or function.name not in held.MAKERS or not isinstance(value.value, f.Name):
            continue
        param = next((p for p in function.params if p.name == value.value.id), None)
        if param is not None and not shapes.mentions(param.annotation or (), _VIEWS):
            return Related(held.where_set(context, value), "all of it is given here")
    return None


_VIEWS = frozenset(("memoryview", "ndarray"))
"""Types whose pieces copy nothing."""


def _filled_elsewhere(context: Context, name: str) -> Related | None:
    """Where another method puts something behind what the object keeps under a name."""
    for method in context.project.filling_methods(context.path, context.function.owner):
        if not method.params or method.qualname == context.function.qualname or method.name in held.MAKERS:
            continue
        for node in held.adding(method.body):
            if held.put(node) == ("behind", f"{method.params[0].name}.{name}"):
                where = edits.absolute(replace(context, function=method), node)
                return Related(where, f"`{method.name}` puts more behind")
    return None


def made_anew(context: Context) -> Iterator[held.Told]:
    """Lists and mappings of the object's that each call makes anew, whole, to put what it is given behind: `self.rows =
    self.rows + [row]`, `self.by[key] = self.by.get(key, []) + [row]`, `self.rows = [*self.rows, row]`."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    for node in _made_whole(function.body):
        kept = _kept_anew(node, function.params[0].name)
        if (
            node.value is not None
            and kept
            and not held.is_set(function, kept, node)
            and shapes.mentions(node.value, given)
        ):
            where = edits.absolute(context, node.targets[0])
            yield held.Told(edits.absolute(context, node.value), kept, "anew", Related(where, "kept here"))


@by_parts(chained)
def _made_whole(body: object) -> tuple[f.Assign, ...]:
    assigned = (node for node in held.outside_of_loops(body) if isinstance(node, f.Assign))
    return tuple(
        node
        for node in assigned
        if node.value is not None and len(node.targets) == 1 and _is_all_and_more(node.value, node.targets[0])
    )


def _kept_anew(node: f.Assign, this: str) -> str:
    """The attribute in which a statement keeps all that was there, and more, as a new list or mapping; "" for none."""
    if len(node.targets) != 1 or node.value is None:
        return ""
    target = node.targets[0]
    holder = shapes.dotted(target.obj if isinstance(target, f.Index) else target)
    return holder if holder.startswith(f"{this}.") and _is_all_and_more(node.value, target) else ""


def _is_all_and_more(value: f.Expr, target: f.Expr) -> bool:
    """True for a list or mapping of all that the target held, and of more."""
    if isinstance(value, f.Binary) and value.op == "+" and isinstance(value.right, f.Collection):
        return _is_old(value.left, target)
    if isinstance(value, f.Collection) and len(value.items) > 1:
        return any(isinstance(item, f.Star) and _is_old(item.value, target) for item in value.items)
    if isinstance(value, f.Mapping) and len(value.keys) > 1:
        pairs = zip(value.keys, value.values, strict=True)
        return any(key is None and _is_old(spread, target) for key, spread in pairs)
    return False


def _is_old(node: f.Expr, target: f.Expr) -> bool:
    """`self.by[key]`, `self.by.get(key, [])` for the target `self.by[key]`."""
    if (
        isinstance(target, f.Index)
        and isinstance(node, f.Call)
        and shapes.called(node) == "get"
        and node.args
    ):
        assert isinstance(node.func, f.Attr)
        same_key = shapes.text_of(node.args[0]) == shapes.text_of(target.index) != ""
        return same_key and shapes.text_of(node.func.obj) == shapes.text_of(target.obj)
    return shapes.text_of(node) == shapes.text_of(target) != ""


PATTERNS = frozenset("search findall finditer split sub subn".split())  # noqa: SIM905
"""Methods of patterns that go through all of the text they are given. Source: https://docs.python.org/3/library/re.html"""


def sought(context: Context) -> Iterator[held.Told]:
    """Texts of the object's that one method makes longer and another looks through from the beginning, on every call, for
    what may not have come yet: `self.end.search(self.buffer)`, `self.buffer.find(b"\\n")`."""
    if not held.is_called_often(context):
        return
    for node in _looking(context.function.body):
        label = _looked_through(node)
        name = held.attribute_of(context.function, label)
        if not name or not any(_is_buffer(value.value) for value in _assigned(context, name)):
            continue
        if any(held.put(other) == ("behind", label) for other in held.adding(context.function.body)):
            continue  # What is added to on the same call, `texts` speaks of.
        body = context.function.body
        if not any(_cuts(stmt, label) for stmt in shapes.walk(body)) or _is_cut_after(body, node, label):
            continue  # Others say what is left of it, or every call leaves little.
        filled = held.filled(context, context, label)
        if filled is not None:
            yield held.Told(edits.absolute(context, node), label, "text", filled)


def _cuts(stmt: f.Stmt, label: str) -> bool:
    """`del self.buffer[:end]`, `self.buffer = self.buffer[end:]`."""
    targets = stmt.targets if isinstance(stmt, (f.Assign, f.Delete)) else ()
    stored = shapes.stored(targets)
    return any(shapes.dotted(t.obj if isinstance(t, f.Slice) else t) == label for t in stored)


def _is_cut_after(body: tuple[f.Stmt, ...], look: f._Node, label: str) -> bool:
    """True if what is looked through is cut whatever was found: beside the look or around it, with nothing that ends the call
    in between."""
    for position, stmt in enumerate(body):
        if not any(node is look for node in shapes.nodes(stmt)):
            continue
        for later in body[position + 1 :]:
            if _cuts(later, label):
                return True
            if any(isinstance(inner, f.Return) for inner in shapes.walk((later,))):
                break
        blocks = (stmt.body, stmt.otherwise) if isinstance(stmt, f.If) else (shapes.children(stmt),)
        return any(_is_cut_after(block, look, label) for block in blocks)
    return False


def _looked_through(node: f._Node) -> str:
    """What is looked through from its beginning; "" for anything else."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return ""
    if node.func.name in ("find", "index") and len(node.args) == 1:
        return shapes.dotted(node.func.obj)
    if node.func.name not in PATTERNS or not node.args:
        return ""
    at = 1 if shapes.dotted(node.func.obj) == "re" else 0
    return shapes.dotted(node.args[at]) if len(node.args) == at + 1 else ""


@by_parts(chained)
def _looking(body: object) -> tuple[f.Call, ...]:
    calls = (node for node in held.outside_of_loops(body) if isinstance(node, f.Call))
    return tuple(node for node in calls if _looked_through(node))


def _is_buffer(value: f.Expr | None) -> bool:
    """`b""`, `bytearray()`: a text that is empty at first."""
    if isinstance(value, f.Const):
        return value.kind in held.TEXTS and not value.value
    return (
        isinstance(value, f.Call) and shapes.dotted(value.func) in ("bytes", "bytearray") and not value.args
    )


def _functions(context: Context) -> Iterator[Context]:
    """The function at hand and those defined in it."""
    if context.language != "python" or not context.is_whole:
        return
    if context.function.kind == "module" or context.function.name in held.MAKERS:
        return
    for function in context.project.within(context.path, context.function):
        yield replace(context, function=function)
