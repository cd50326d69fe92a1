"""What messages call the things that a loop goes over."""

from __future__ import annotations

import pytest

from tests.analyzers.test_rules import findings


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ('[...document.querySelectorAll(".editor")]', "document.querySelectorAll(…)"),
        ("Object.keys(editors)", "Object.keys(…)"),
    ],
)
def test_what_is_spread_into_a_list_is_named(over: str, named: str) -> None:
    code = f"export function all(editors) {{\n  return {over}.reduce((all, one) => [...all, made(one)], []);\n}}\n"
    (found,) = findings(code, "/project/page.js")
    assert f"the loop over `{named}`" in found.message
