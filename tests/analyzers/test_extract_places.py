"""Positions: relative inside a unit, absolute for the unit itself, and always on the text they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from analyzers import facts as f
from analyzers.extract import facts_of
from analyzers.languages import PYTHON, TYPESCRIPT

SOURCE = b'''import os.path as p

@cache
@other(1)
async def outer(a, b: int = f(1)) -> int:
    """Text."""
    from m import late
    for x in a.items:  # why
        total = g(x, key=a.b)

        def inner(): return [y for y in x]
    return total


class Book(Base):
    name = Field()

    def title(self):
        return (self.name)
'''


def nodes(value: Any) -> Iterator[Any]:
    """All structs below a value that have a place."""
    if isinstance(value, tuple):
        for one in value:
            yield from nodes(one)
    elif isinstance(value, msgspec.Struct):
        if hasattr(value, "at"):
            yield value
        for name in value.__struct_fields__:
            yield from nodes(getattr(value, name))


def text(unit: f.Function | f.ClassDef, node: Any) -> str:
    return SOURCE[unit.start + node.at : unit.start + node.to].decode()


@pytest.fixture(scope="module")
def facts() -> f.FileFacts:
    return facts_of(SOURCE, PYTHON)


def function(facts: f.FileFacts, qualname: str) -> f.Function:
    return next(one for one in facts.functions if one.qualname == qualname)


def test_a_unit_begins_at_its_first_decorator(facts: f.FileFacts) -> None:
    outer = function(facts, "outer")
    assert SOURCE[outer.start :].startswith(b"@cache")
    assert SOURCE[: outer.end].endswith(b"return total")
    assert SOURCE[outer.start + outer.def_at :].startswith(b"async def outer")
    assert SOURCE[outer.start + outer.name_at : outer.start + outer.name_to] == b"outer"
    assert SOURCE[outer.start + outer.body_at :].startswith(b'"""Text."""')


def test_names_attributes_and_calls_stand_where_they_say(facts: f.FileFacts) -> None:
    units: list[f.Function | f.ClassDef] = [*facts.functions, *facts.classes]
    seen = 0
    for unit in units:
        for node in nodes(unit):
            if isinstance(node, f.Name):
                assert text(unit, node) == node.id
            elif isinstance(node, f.Attr):
                assert SOURCE[unit.start + node.name_at :].startswith(node.name.encode())
                assert text(unit, node).endswith(f".{node.name}")
            elif isinstance(node, f.Call):
                assert text(unit, node).endswith(")")
            elif isinstance(node, f.Keyword):
                assert text(unit, node).startswith(f"{node.name}=")
            else:
                continue
            seen += 1
    assert seen > 25


def test_what_is_inside_brackets_is_named_without_them(facts: f.FileFacts) -> None:
    title = function(facts, "Book.title")
    statement = title.body[0]
    assert isinstance(statement, f.Return)
    assert statement.value is not None
    assert text(title, statement.value) == "self.name"
    assert text(title, statement) == "return (self.name)"


def test_a_loop_knows_where_its_header_ends(facts: f.FileFacts) -> None:
    outer = function(facts, "outer")
    loop = outer.body[1]
    assert isinstance(loop, f.For)
    assert SOURCE[outer.start + loop.at : outer.start + loop.head_to] == b"for x in a.items:"


def test_a_script_loop_knows_where_its_header_ends() -> None:
    source = b"while (a) { b() }\nfor (const x of y) z();\nfor (let i = 0; i < n; i++) /* c */ { d() }\n"
    heads = [source[s.at : s.head_to] for s in facts_of(source, TYPESCRIPT).functions[0].body]  # type: ignore[union-attr]
    assert heads == [b"while (a)", b"for (const x of y)", b"for (let i = 0; i < n; i++)"]


def test_a_nested_definition_marks_its_place(facts: f.FileFacts) -> None:
    outer, inner = function(facts, "outer"), function(facts, "outer.<locals>.inner")
    loop = outer.body[1]
    assert isinstance(loop, f.For)
    define = next(s for s in loop.body if isinstance(s, f.Define))
    assert (outer.start + define.at, outer.start + define.to) == (inner.start, inner.end)
    assert inner.parent == "outer"


def test_imports_are_relative_to_the_function_that_holds_them(facts: f.FileFacts) -> None:
    top, late = facts.imports
    assert SOURCE[top.at : top.to] == b"os.path as p"
    outer = function(facts, "outer")
    assert late.scope == "outer"
    assert SOURCE[outer.start + late.at : outer.start + late.to] == b"late"


def test_a_comment_after_a_header_is_no_part_of_it(facts: f.FileFacts) -> None:
    suppressed = facts_of(b"for x in y:  # bigo: ignore\n    pass\n", PYTHON).suppressions
    assert [(one.at, one.to) for one in suppressed] == [(13, 27)]


def test_a_function_bound_to_a_name_points_back_to_it() -> None:
    source = b"const handler = async (a) => a\n"
    one = facts_of(source, TYPESCRIPT).functions[1]
    assert source[one.start : one.end] == b"async (a) => a"
    assert source[one.start + one.name_at : one.start + one.name_to] == b"handler"
    assert one.name_at < 0
