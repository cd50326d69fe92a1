"""Facts that are known of a text are, spread over the room in it, those that its tree would give."""

from __future__ import annotations

from pathlib import Path

import pytest

import analyzers
from analyzers import extract, languages, spread
from analyzers.facts import FileFacts

BEGUN = '''\
"""A module.

def no_definition(): of a text
"""
import os  # bigo: ignore[nested-scan]

# In front of a class.
class Shelf(Base, key=1):
    """It says

    def nothing(self):
    """

    rows = [name for name in NAMES]

    @property
    def first(self):
        return self.rows[0]  # the first
    # Behind a method.

    class Meta:
        ordering = ["name"]

        def inner(self): return 1

    key = lambda self: self.rows
    import json

    @cached(lambda one: one.id)
    @other
    def last(self):
        for row in self.rows:
            def held(one):
                return one
            if row:
                pass
            # At the end of what is held.

    x: int = 1
    y, z = x, x

'''
TEXTS = {
    "classes": BEGUN,
    "conditions": "if x:\n    def f():\n        return 1\nelif y:\n    def f(): pass\n\n    z = 1\nelse:\n    def f():\n        pass  # done\n\nz = {\n 'a': f()}\n",
    "loops": "for x in y:\n\n    def f(): return x\n\nwhile z:\n    class A: pass\n    try:\n        z = z.a.b\n    except E as e:\n        def g(): pass\n\nwith a as b, c:\n    def h(): pass\n",
    "comments": "def f():\n    pass\n    # 'quoted'\ndef g():\n    pass # 'quoted'\ndef h(): 'x' # y\ndef i():\n    return '''a\n# b'''\ndef j():\n    # a\n    pass\n    # bigo: ignore\n\ndef k(): pass # bigo: ignore\n",
    "line ends": "class A:\r\n    a = 1\r\n\r\n    def f(self):\r\n        pass # x\r\n\r\n    b = [f]\r\n\r\ndef g():\r\n    pass\r\n",
    "no last line end": "def f():\n    return 1\n\n\ndef g():\n    return 2\n# end",
    "continued": "x = 1 + \\\n\ndef f(): pass\ny = 1; z = 2\n\n@a\n\ndef g(): pass\nprint(f(), (g(),\n  x))\n",
    "imports": "import a\n\ndef f():\n    import b\n    class C:\n        import c\n        def g(self):\n            from d import e\n\nclass D:\n    import x.y as z\n\n    def h(self):\n        import w\n\nfrom q import (r,\n  s as t)\n",
    "odd": "é = 'é'\n\ndef ö():\n    '''ä'''\n\n\tclass_ = 1\n\x0c\nclass Ü: pass\n\n\n",
    "empty": "",
    "one line": "x = 1\n",
}


def spread_and_extracted(source: bytes) -> tuple[FileFacts, FileFacts, int]:
    facts = extract.facts_of(source, languages.PYTHON)
    gaps = spread.gaps_of(facts, source)
    roomy, last, rooms = [], 0, []
    for number, at in enumerate(gaps):
        rooms.append((at, 7 + number % 3))
        roomy += [source[last:at], b" " * rooms[-1][1]]
        last = at
    found = extract.facts_of(b"".join((*roomy, source[last:])), languages.PYTHON)
    return spread.spread(facts, source, rooms), found, len(gaps)


@pytest.mark.parametrize("name", TEXTS)
def test_places_are_those_of_the_text_with_room(name: str) -> None:
    spread_out, extracted, gaps = spread_and_extracted(TEXTS[name].encode())
    assert spread_out == extracted
    assert gaps > 0 or name == "empty"


def test_so_they_are_in_all_of_this_program() -> None:
    files = sorted(Path(analyzers.__file__).parent.rglob("*.py"))
    room = 0
    for file in files:
        spread_out, extracted, gaps = spread_and_extracted(file.read_bytes())
        assert spread_out == extracted, file
        room += gaps
    assert room > len(files)


def test_there_is_room_behind_each_function_that_no_function_holds() -> None:
    facts = extract.facts_of(BEGUN.encode(), languages.PYTHON)
    gaps = spread.gaps_of(facts, BEGUN.encode())
    lines = [BEGUN[:at].rpartition("\n")[2].strip() for at in gaps]
    assert lines == [
        "# In front of a class.",
        "rows = [name for name in NAMES]",
        "# Behind a method.",
        'ordering = ["name"]',
        "import json",
        "y, z = x, x",
    ]


def test_there_is_none_where_it_may_be_in_a_comment_or_a_string() -> None:
    source = b"a = '''\n# b'''\ndef f(): pass\n"
    assert spread.gaps_of(extract.facts_of(source, languages.PYTHON), source) == [len(source) - 1]


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_given_is_not_lowered_again(name: str) -> None:
    source = TEXTS[name].encode()
    facts = extract.facts_of(source, languages.PYTHON)
    memo = extract.Memo()
    memo.give(facts)
    tree = extract.parse(source, languages.PYTHON)
    again = extract.extract(tree, source, languages.PYTHON, memo)
    assert again == facts
    outermost = {id(one) for one in facts.functions[1:] if not one.parent}
    kept = {id(one) for one in again.functions[1:]}
    assert facts.has_error or outermost <= kept
