"""What a statement does to the names in scope, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzers import facts as f
from analyzers import templates
from analyzers.evaluate import assignments, deciding, expressions, narrowing, operators, shapes
from analyzers.evaluate.calling import calls, memos, spared, specials
from analyzers.evaluate.frames import Block
from analyzers.evaluate.queries import asked_cache
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import capped, leaving, loops, one_key
from analyzers.operations import operations
from analyzers.types import UNKNOWN_VALUE, Value


def execute(run: Run, body: tuple[f.Stmt, ...]) -> None:
    """Run statements in order; what follows a return, break, continue or raise is not reached."""
    last = leaving.last_turn(run, body)
    if last is not None:
        start, depth = last
        execute_part(run, body, 0, start)
        if not run.dead:
            leaving.once(run, depth, lambda: execute_part(run, body, start, len(body)))
        return
    execute_part(run, body, 0, len(body))


def execute_part(run: Run, body: tuple[f.Stmt, ...], start: int, end: int) -> None:
    """Run those from one to another of the statements of a body, of which the last does not leave a loop."""
    block = Block(body, start, len(run.loops))
    run.blocks.append(block)
    try:
        _execute_block(run, block, end)
    finally:
        run.blocks.pop()


def _execute_block(run: Run, block: Block, end: int) -> None:
    for position in range(block.position, end):
        if run.dead:
            return
        run.step()
        block.position, stmt = position, block.body[position]
        kind = type(stmt)
        if kind not in _COMPOUND:
            run.running = stmt
        _HANDLERS[kind](run, stmt)


_COMPOUND = frozenset({f.For, f.While, f.If, f.With, f.Try, f.Match, f.Block})
"""Statements that hold others."""


# --------------------------------------------------------------------------------------------- simple ones


def _do(run: Run, node: f.Do) -> None:
    expressions.evaluate(run, node.value)


def _return(run: Run, node: f.Return) -> None:
    run.returns.append(expressions.evaluate(run, node.value) if node.value is not None else UNKNOWN_VALUE)
    run.dead = True


def _jump(run: Run, node: f.Jump) -> None:
    before = len(run.analysis.queries)
    expressions.evaluate_all(run, node.values)
    # What the text of an error asks for is asked where something failed: that is the end of the loop, too.
    del run.analysis.queries[before:]
    run.dead = True


def _delete(run: Run, node: f.Delete) -> None:
    for target in node.targets:
        if isinstance(target, f.Name):
            run.env.pop(target.id, None)
            continue
        if isinstance(target, f.Index):
            base = expressions.evaluate(run, target.obj)
            index = expressions.evaluate(run, target.index)
            if base.kind == "list" and index.const == 0:
                row = operations(run.language).method("list", "pop", 0, True)
                name = "del [0]"
            else:
                row = operations(run.language).method(base.kind, "del")
                name = "del []"
            if row is not None and index.const != -1:
                operators.operate(run, row, name, run.place(node), base)
        elif isinstance(target, f.Slice) and target.start is None and target.stop is not None:
            base = expressions.evaluate(run, target.obj)
            if base.kind in ("list", "bytearray"):  # What follows moves to the front.
                run.charge(run.extent(base), run.place(node), f"moves the rest of {base.label}")


def _define(run: Run, node: f.Define) -> None:
    name = node.qualname.rpartition(".")[2].partition("#")[0]
    function = run.summaries.project.header(run.path, node.qualname)
    kind = "function" if function is not None else "class"
    if function is not None and run.function.kind != "module" and not memos.only_keeps(function):
        kind = "unknown"  # What a decorator makes of it is not followed.
    run.bind(name, Value(kind, ref=(run.path, node.qualname), label=name))


def _nothing(run: Run, node: f.Scope) -> None:
    for name in node.names:
        held = run.env.get(name)
        if held is None or held.is_constant_size:
            run.env.pop(name, None)
        if node.kind == "global" and run.function.kind != "module":
            run.declared.add(name)
            run.shared.add(name)


def _block(run: Run, node: f.Block) -> None:
    execute(run, node.body)


# ---------------------------------------------------------------------------------------------- branching


def _is_of_one_turn(run: Run, memo: str) -> bool:
    """True for what each turn has of its own: `for line in lines: if line["book"] is None: line["book"] = load(line)`."""
    if memo not in run.env or not run.loops or run.loops[-1].whole.path != run.path:
        return False
    at = run.loops[-1].whole.span.start - run.function.start
    return (memo, at) in of_whole(memos.made_on_each_turn, run.function.body)


def _is_on_one_turn(run: Run, node: f.If) -> bool:
    """True for `{% if forloop.first %}` in a template's loop."""
    func = node.test.func if node.test.__class__ is f.Call else None
    return func.__class__ is f.Name and func.id == "<once>" and bool(run.loops)


def _if(run: Run, node: f.If) -> None:
    if _is_on_one_turn(run, node):
        leaving.once(run, len(run.loops) - 1, lambda: execute(run, node.body))
        execute(run, node.otherwise)
        return
    filled = memos.guarded(node, run.function.body)
    models, this = run.summaries.models, run.lookup("self") if filled else None
    of_row = bool(filled) and all(memos.lives_with_row(models, this, memo) for memo in filled)
    kept = bool(filled) and not of_row and not all(_is_of_one_turn(run, memo) for memo in filled)
    with run.keeping(kept and memos.asks_first(node.test)):
        test = expressions.condition(run, node.test)
    narrowed = narrowing.narrowing(run, node.test)
    negated = isinstance(node.test, f.Unary) and node.test.op == "not"
    remains = (
        narrowing.narrowing(run, node.test.operand) if isinstance(node.test, f.Unary) and negated else []
    )

    answer = deciding.decided(run, node.test)
    if answer is not None:
        execute(run, node.body if answer else node.otherwise)
        return
    without, with_it = spared.left_out(run, node.test)
    above = spared.returned_above(run, node)
    there = (*capped.within(run, node.test), *asked_cache.holding(run, node.test))
    short = [(name, value, run.env[name]) for name, value in there]

    def then() -> None:
        for name, value in narrowed:
            run.bind(name, value)
        for name, value, _ in short:
            run.bind(name, value)
        rare, run.rare = run.rare, run.rare | _singled_out(run, node.test)
        with run.keeping(kept, of_row=of_row), spared.where(run, without):
            if one_key.holds_once(run, node.test):
                leaving.once(run, len(run.loops) - 1, lambda: execute(run, node.body))
            else:
                execute(run, node.body)
        for name, value, before in short:
            if run.env.get(name) is value:
                run.bind(name, before)  # Behind the test it may be long again, or not loaded.
        run.rare = rare

    def otherwise() -> None:
        for name, value in remains:
            run.bind(name, value)
        with spared.where(run, with_it):
            execute(run, node.otherwise)

    optional = _is_option(run, node.test, test)
    run.options += optional
    run.branches((then, otherwise))
    run.options -= optional
    run.options += _gives_what_is_known(node)
    run.spared |= {above} if above else set()
    if not run.dead:
        for name, value in capped.after(run, node):
            run.bind(name, value)


def _gives_what_is_known(node: f.If) -> bool:
    """True for `if self._count is not None: return self._count`: what follows is for a row that came without it."""
    first = node.body[0] if len(node.body) == 1 else None
    if not isinstance(first, f.Return) or first.value is None or node.otherwise:
        return False
    known = {shapes.text_of(part) for part in shapes.nodes(node.test) if isinstance(part, f.Attr)}
    asked = [n.name if isinstance(n, f.Attr) else getattr(n, "id", "") for n in shapes.nodes(node.test)]
    return shapes.text_of(first.value) in known or any("prefetched" in str(name) for name in asked)


def _is_option(run: Run, node: f.Expr, test: Value) -> bool:
    """True for a test that asks how the program is used and not what a row holds, or for a few values of it alone."""
    if run.function.kind == templates.KIND:
        return bool(run.loops) and not any(isinstance(token, int) for token in test.depends)
    if not any(isinstance(token, str) and token not in ("self", "cls") for token in test.depends):
        return not any(isinstance(token, int) for token in test.depends)
    parts = node.parts if isinstance(node, f.Logic) and node.op == "and" else (node,)
    return any(
        isinstance(part, f.Compare)
        and part.ops in (("==",), ("in",))
        and isinstance(part.rights[0], (f.Const, f.Collection))
        for part in parts
    )


def _singled_out(run: Run, test: f.Expr) -> frozenset[int]:
    """The innermost loop, if the test holds for one of its elements: an equality of its key with something fixed."""
    if not run.loops or not isinstance(test, f.Compare) or test.ops != ("==",):
        return frozenset()
    number = run.loops[-1].number
    sides = [
        run.lookup(side.id) if isinstance(side, f.Name) else None for side in (test.left, test.rights[0])
    ]
    own = [value is not None and number in value.depends for value in sides]
    unique = run.loops[-1].over.kind in ("values", "dict", "view", "range", "iterator")
    return frozenset({number}) if own.count(True) == 1 and unique and None not in sides else frozenset()


def _match(run: Run, node: f.Match) -> None:
    subject = expressions.evaluate(run, node.subject)

    def arm(case: f.Case) -> Callable[[], None]:
        def body() -> None:
            for pattern in case.patterns:
                _bind_pattern(run, pattern, subject)
            if case.guard is not None:
                expressions.evaluate(run, case.guard)
            execute(run, case.body)

        return body

    run.branches((*(arm(case) for case in node.cases), lambda: None))


def _bind_pattern(run: Run, pattern: f.Expr, subject: Value) -> None:
    if isinstance(pattern, f.Name) and pattern.id != "_":
        run.bind(pattern.id, Value(depends=subject.depends, label=pattern.id))
    for part in _parts_of(pattern):
        _bind_pattern(run, part, Value(depends=subject.depends))


def _parts_of(pattern: f.Expr) -> tuple[f.Expr, ...]:
    """The patterns inside of one: of a sequence, a mapping, a class."""
    match pattern:
        case f.Collection():
            return tuple(pattern.items)
        case f.Mapping():
            return tuple(pattern.values)
        case f.Call():
            return tuple(pattern.args)
        case _:
            return ()


def _try(run: Run, node: f.Try) -> None:
    def body() -> None:
        caught, run.caught = run.caught, len(run.loops) if node.handlers else run.caught
        execute(run, node.body)
        run.caught = caught
        if not run.dead:
            execute(run, node.otherwise)

    def handle(handler: f.Handler) -> Callable[[], None]:
        def caught() -> None:
            if handler.name:
                run.bind(handler.name, Value("instance", label=handler.name))
            missed = memos.catches_miss(node, handler)
            with run.keeping(missed):
                execute(run, handler.body)

        return caught

    handlers = () if asked_cache.is_at_hand(run, node.body) else node.handlers
    run.branches((body, *(handle(h) for h in handlers)))
    was_dead, run.dead = run.dead, False
    execute(run, node.final)
    run.dead = run.dead or was_dead


def _with(run: Run, node: f.With) -> None:
    for item in node.items:
        value = calls.waited(run, item.value) if node.is_async else expressions.evaluate(run, item.value)
        value = specials.entered(
            run, calls.entered(run, value), run.place(item.value), is_async=node.is_async
        )
        if item.target is not None:
            loops.bind_target(run, item.target, value)
    execute(run, node.body)


def _for(run: Run, node: f.For) -> None:
    loops.for_loop(run, node, lambda: execute(run, node.body))
    execute(run, node.otherwise)


def _while(run: Run, node: f.While) -> None:
    def body() -> None:
        execute(run, node.body)
        if not run.dead:
            execute(run, node.step)

    loops.while_loop(run, node, body)
    execute(run, node.otherwise)


_HANDLERS: dict[type, Callable[[Run, Any], None]] = {
    f.Assign: assignments.assign, f.Update: assignments.update, f.Do: _do, f.Return: _return, f.For: _for, f.While: _while, f.If: _if,
    f.Match: _match, f.Try: _try, f.With: _with, f.Define: _define, f.Jump: _jump, f.Delete: _delete,
    f.Scope: _nothing, f.Block: _block,
}  # fmt: skip
