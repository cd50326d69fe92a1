"""What a first look takes grows with the file and not with its square, also where nobody would write it so: `benchmarks/worst.py`
has many more shapes. Calls are counted, at one size and at twice that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from counted_calls import calls_of

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

AT_MOST = 2.5
"""Times as many calls for twice the size. The square would be four."""


def loops(count: int) -> str:
    made = "".join(f"    for r{i} in rows:\n        x.append([r{i}, {i}])\n" for i in range(count))
    return f"def work(rows, x):\n{made}"


def appends(count: int) -> str:
    made = "".join(f"        if row in rows[{i}:]:\n            x.append(row)\n" for i in range(count))
    return f"def work(rows, x):\n    for row in rows:\n{made}"


def dicts_in_dicts(count: int) -> str:
    held = "{'a': " * (count // 10) + "1" + "}" * (count // 10)
    return f"def work(rows):\n    for row in rows:\n        print(row)\n    return {held}\n"


def methods_that_lead_to_each_other(count: int) -> str:
    made = "".join(
        f"    def v{i}(self, node):\n        for one in node.a{i}:\n            self.visit(one)\n            self.v{i + 1}(1)\n"
        for i in range(count)
    )
    return (
        f"class V:\n    def visit(self, node):\n        return getattr(self, 'v' + node.kind)(node)\n{made}"
    )


def inner_functions(count: int) -> str:
    made = "".join(f"    x.append(sorted(rows, key=lambda row: (row, {i})))\n" for i in range(count))
    return f"def work(rows, x):\n{made}    for row in rows:\n        x.remove(row)\n"


@pytest.mark.parametrize(
    "shape", [loops, appends, dicts_in_dicts, methods_that_lead_to_each_other, inner_functions]
)
def test_twice_the_file_takes_twice_the_calls(shape: Callable[[int], str]) -> None:
    _calls(shape(8))  # tables, and what is asked for the first time only
    few, many = (_calls(shape(count)) for count in (100, 200))
    assert many <= AT_MOST * few


def _calls(text: str) -> int:
    engine = Engine()
    seen = Text(text.encode())
    return calls_of(lambda: engine.analyse("/w/big.py", seen, "python", Settings())).total()
