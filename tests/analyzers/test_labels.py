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


@pytest.mark.parametrize(
    ("test", "step", "told"),
    [
        ("len(key) < size", "", "the loop while `len(key) < size`."),
        ("left > 0", "left -= 1", "the loop while `left > 0`."),
        ("names", "names.pop()", "the loop while `names`."),
        ("left > size - 3", "left -= 1", "the loop over `left`."),
    ],
)
def test_a_while_is_called_by_its_test(test: str, step: str, told: str) -> None:
    code = (
        "def stretch(key: bytes, size: int, left: int, names: list):\n"
        f"    while {test}:\n        key += made(size)\n        {step}\n    return key\n"
    )
    (found,) = (one for one in findings(code, "/project/keys.py") if "key += made" in one.message)
    assert told in found.message
