"""Python's own `ast` as a second opinion: on real modules both must see the same code."""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzers import facts as f
from analyzers.extract import facts_of
from analyzers.languages import PYTHON

MODULES = [
    "argparse",
    "asyncio.tasks",
    "contextlib",
    "dataclasses",
    "difflib",
    "heapq",
    "inspect",
    "statistics",
    "typing",
]


def structs(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, msgspec.Struct):
            yield one
            stack.extend(getattr(one, name) for name in one.__struct_fields__)


def ours(facts: f.FileFacts) -> Counter[str]:
    count: Counter[str] = Counter()
    for one in structs(facts):
        match one:
            case f.Function(kind="module"):
                pass
            case f.Function():
                count["function"] += 1
                count["parameter"] += len(one.params)
            case (
                f.ClassDef() | f.Call() | f.Comprehension() | f.Clause() | f.Await() | f.Yield() | f.Choose()
            ):
                count[type(one).__name__] += 1
            case (
                f.Return()
                | f.Keyword()
                | f.Slice()
                | f.Assign()
                | f.Update()
                | f.Binary()
                | f.Try()
                | f.Handler()
            ):
                count[type(one).__name__] += 1
            case f.For() | f.While():
                count["loop"] += 1
            case f.If() | f.WithItem() | f.Delete() | f.Star():
                count[type(one).__name__] += 1
            case f.Attr():
                count[f".{one.name}"] += 1
            case f.Name():
                count[f"name {one.id}"] += 1
            case f.Compare():
                for op in one.ops:
                    count[f"compare {op}"] += 1
            case f.Import():
                count[f"import {one.module} {one.name} {one.alias} {one.level}"] += 1
    return count


OPS = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not"}  # fmt: skip
SAME = {
    ast.ClassDef: "ClassDef", ast.Call: "Call", ast.Await: "Await", ast.Yield: "Yield", ast.YieldFrom: "Yield",
    ast.IfExp: "Choose", ast.Return: "Return", ast.keyword: "Keyword", ast.Assign: "Assign", ast.AnnAssign: "Assign",
    ast.AugAssign: "Update", ast.BinOp: "Binary", ast.Try: "Try", ast.ExceptHandler: "Handler", ast.For: "loop",
    ast.AsyncFor: "loop", ast.While: "loop", ast.If: "If", ast.Assert: "If", ast.withitem: "WithItem",
    ast.Delete: "Delete", ast.comprehension: "Clause", ast.Starred: "Star", ast.ListComp: "Comprehension",
    ast.SetComp: "Comprehension", ast.DictComp: "Comprehension", ast.GeneratorExp: "Comprehension",
}  # fmt: skip


def theirs(tree: ast.AST) -> Counter[str]:
    count: Counter[str] = Counter()
    for one in ast.walk(tree):
        if type(one) in SAME:
            count[SAME[type(one)]] += 1
        match one:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                count["function"] += 1
                a = one.args
                count["parameter"] += len(a.posonlyargs + a.args + a.kwonlyargs)
                count["parameter"] += sum(x is not None for x in (a.vararg, a.kwarg))
                count["Return"] += isinstance(one, ast.Lambda)
            case ast.Attribute():
                count[f".{one.attr}"] += 1
            case ast.Name():
                count[f"name {one.id}"] += 1
            case ast.Subscript(slice=ast.Slice()):
                count["Slice"] += 1
            case ast.Compare():
                for op in one.ops:
                    count[f"compare {OPS[type(op).__name__]}"] += 1
            case ast.Import():
                for a in one.names:
                    count[f"import {a.name}  {a.asname or a.name.split('.')[0]} 0"] += 1
            case ast.ImportFrom():
                for a in one.names:
                    count[f"import {one.module or ''} {a.name} {a.asname or a.name} {one.level}"] += 1
    return count


@pytest.mark.parametrize("module", MODULES)
def test_both_count_the_same(module: str) -> None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_bytes()
    facts = facts_of(source, PYTHON)
    assert not facts.has_error
    tree = ast.parse(source)
    counted = {k: v for k, v in ours(facts).items() if v}
    expected = {k: v for k, v in theirs(tree).items() if v}
    if any(isinstance(one, ast.match_case) for one in ast.walk(tree)):
        # `ast` has the targets of a pattern as plain text.
        counted = {k: v for k, v in counted.items() if not k.startswith("name ")}
        expected = {k: v for k, v in expected.items() if not k.startswith("name ")}
    assert counted == expected
    names = {one.qualname for one in facts.functions}
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            assert one.name in names
