"""A table of long texts, each written as strings side by side, is lowered without reading them all."""

from __future__ import annotations

import pytest

from analyzers import extract, languages
from analyzers.facts import Assign, Const, Template
from analyzers.languages.limits import LONGEST_TEXT
from analyzers.languages.python import lower

LINE = "    'as it is written, in \"a line\" of many\\n'\n"
MANY = 4 * LONGEST_TEXT // len(LINE) + 20
TEXTS = {
    "plain": LINE * MANY,
    "other quotes": LINE.replace('"', "\\'") * MANY + LINE.replace("'", '"""') * MANY,
    "a comment between": LINE * MANY + "    # why\n" + LINE,
    "a hole": LINE * MANY + "    f'{x + y}'\n",
    "no hole": LINE * MANY + "    f'x'\n",
    "raw": LINE * MANY + "    r'\\d'\n",
    "bytes": LINE.replace("'", "b'", 1) * MANY,
    "continued": LINE * MANY + "    'a\\\n b'\n",
    "long escapes": "    '\\N{LATIN SMALL LETTER A WITH DIAERESIS}'\n" * MANY,
    "empty": "    ''\n" * (2 * MANY * len(LINE)),
    "three quotes": "    '''it's' 'a'''\n" * MANY * 3,
    "a long one": "    '" + "x" * 5 * LONGEST_TEXT + "'\n    'y'\n",
    "broken": LINE * MANY + "    ?? 'a'\n" + LINE,
}


def lowered(text: str) -> object:
    facts = extract.facts_of(f"text = (\n{text})\n".encode(), languages.PYTHON)
    return facts.functions[0].body


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_what_its_strings_say_one_by_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = lowered(TEXTS[name])
    monkeypatch.setattr(lower, "_is_long", lambda source, start, end: False)
    assert found == lowered(TEXTS[name])


def test_only_as_much_is_read_as_tells_that_it_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    text_of = lower.text_of
    monkeypatch.setattr(
        lower, "text_of", lambda source, start, end: read.append(start) or text_of(source, start, end)
    )
    body = lowered(TEXTS["plain"] * 10)
    assert isinstance(body, tuple)
    [assign] = body
    assert isinstance(assign, Assign)
    assert isinstance(assign.value, Const)
    assert assign.value.value is None
    assert len(read) <= LONGEST_TEXT // 30


def test_what_is_in_a_hole_is_kept() -> None:
    body = lowered(TEXTS["a hole"])
    assert isinstance(body, tuple)
    assert isinstance(body[0].value, Template)
