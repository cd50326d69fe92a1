"""Arrays and data frames that grow by copying: `df = pd.concat([df, part])`, `a = np.append(a, x)`, `df.loc[len(df)] = row`.

numpy arrays and pandas frames cannot grow in place: each of these allocates anew and copies everything. Sources:
https://numpy.org/doc/stable/reference/generated/numpy.append.html, https://pandas.pydata.org/docs/user_guide/merging.html
("it is highly recommended to ... build a list and concatenate once").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.turns import lazily
from analyzers.project import names
from analyzers.rules.base import Context

JOINING = frozenset(
    """pandas.concat pandas.append numpy.append numpy.concatenate numpy.vstack numpy.hstack numpy.stack
    numpy.column_stack numpy.row_stack numpy.insert torch.cat torch.concat torch.vstack torch.hstack""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Growth:
    """`target` grows by a copy of itself at `stmt`; `how` is what does it, `kind` what is copied."""

    stmt: f.Assign
    target: str
    how: str
    kind: str


def growths(context: Context) -> Iterator[Growth]:
    """The statements of a function that make an array or a frame longer."""
    for stmt in shapes.walk(context.function.body):
        if not isinstance(stmt, f.Assign) or len(stmt.targets) != 1 or stmt.value is None:
            continue
        target = stmt.targets[0]
        if isinstance(target, f.Index):
            frame = _new_row(target)
            if frame:
                yield Growth(stmt, frame, f"{frame}.loc[len({frame})] = …", "data frame")
        elif isinstance(target, (f.Name, f.Attr)):
            name = shapes.text_of(target)
            call = _where_something_is(stmt.value, name)
            how, kind = _joins(context, call, name) if isinstance(call, f.Call) else ("", "")
            if name and how:
                yield Growth(stmt, name, how, kind)


def _where_something_is(value: f.Expr, name: str) -> f.Expr:
    """What an assignment gives a name that holds something already: the join of `part if out is None else vstack((out, part))`."""
    if isinstance(value, f.Choose):
        if name in lazily.absent_where(value.test, holds=True):
            return value.other
        if name in lazily.absent_where(value.test, holds=False):
            return value.then
    return value


def _joins(context: Context, call: f.Call, name: str) -> tuple[str, str]:
    """How a call makes a longer copy of what has that name, and what that is; "" if it does not."""
    func = shapes.dotted(call.func)
    first = call.args[0] if call.args else None
    inside = first.items if isinstance(first, f.Collection) else (first,)
    if len(inside) == 1 and isinstance(first, f.Collection) and not isinstance(inside[0], f.Star):
        return "", ""  # A copy of one part is no longer than that.
    if func and any(part is not None and shapes.text_of(part) == name for part in inside):
        found = names.resolve(context.project, context.path, func, context.function.qualname)
        if found is not None and found[0].kind == "external" and not found[1] and found[0].dotted in JOINING:
            return f"{func}()", "data frame" if found[0].dotted.startswith("pandas") else "array"
    # `frame.append(row, ignore_index=True)` gives a new frame (until pandas 2.0); a list's append gives None.
    if func == f"{name}.append" and any(keyword.name == "ignore_index" for keyword in call.keywords):
        return f"{name}.append()", "data frame"
    return "", ""


def _new_row(target: f.Index) -> str:
    """`frame` of `frame.loc[len(frame)]`, `frame.loc[len(frame.index)]` and `frame.loc[frame.shape[0]]`."""
    if not isinstance(target.obj, f.Attr) or target.obj.name != "loc":
        return ""
    frame = shapes.text_of(target.obj.obj)
    index = (
        target.index.items[0]
        if isinstance(target.index, f.Collection) and target.index.items
        else target.index
    )
    if isinstance(index, f.Binary) and isinstance(index.right, f.Const):
        index = index.left
    if isinstance(index, f.Call) and shapes.dotted(index.func) == "len" and len(index.args) == 1:
        return frame if shapes.text_of(index.args[0]) in (frame, f"{frame}.index") else ""
    return frame if shapes.text_of(index) == f"{frame}.shape[0]" else ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """`frame` is filtered at `node` for the rows that belong to one row of the `loop`."""

    loop: f.For | f.Comprehension
    node: f.Index
    frame: str
    compared: f.Compare
    of_rows: bool = True


def lookups(context: Context) -> Iterator[Lookup]:
    """`for _, row in a.iterrows(): b[b["key"] == row["key"]]`: all of `b` is compared for every row of `a`; so it is
    for every name of a list."""
    for loop in shapes.loops(context.function.body):
        if isinstance(loop, f.While):
            continue
        first = loop if isinstance(loop, f.For) else loop.clauses[0]
        own = shapes.named(first.target)
        inside = loop.body if isinstance(loop, f.For) else (loop.key, loop.value)
        for node in shapes.of_kind(inside, f.Index):
            base = node.obj.obj if isinstance(node.obj, f.Attr) and node.obj.name == "loc" else node.obj
            frame = shapes.dotted(base)
            outside = frame and frame.partition(".")[0] not in own
            for part in shapes.nodes(node.index) if outside else ():
                if isinstance(part, f.Compare) and part.ops == ("==",) and _joins_rows(part, frame, own):
                    yield Lookup(loop, node, frame, part, _goes_through_rows(first.iter))
                    break


def _goes_through_rows(node: f.Expr) -> bool:
    """pandas alone has these two. Source: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.iterrows.html"""
    return (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name in ("iterrows", "itertuples")
    )


def _joins_rows(test: f.Compare, frame: str, own: frozenset[str]) -> bool:
    for column, wanted in ((test.left, test.rights[0]), (test.rights[0], test.left)):
        of_frame = isinstance(column, (f.Index, f.Attr)) and shapes.dotted(column.obj) == frame
        if of_frame and shapes.mentions(wanted, own):
            return True
    return False


def is_filter(text: str, frame: str) -> bool:
    """True for `frame[...]` and `frame.loc[...]`, which make a new frame where they are read."""
    return text.startswith((f"{frame}[", f"{frame}.loc["))


def is_stored_to(region: object, frame: str) -> bool:
    """True if a region assigns to the frame, or to a part of it."""
    stores = (node for node in shapes.nodes(region) if isinstance(node, (f.Assign, f.Update)))
    targets = (t for s in stores for t in (s.targets if isinstance(s, f.Assign) else (s.target,)))
    return any(shapes.text_of(t).partition(".")[0].partition("[")[0] == frame for t in targets)
