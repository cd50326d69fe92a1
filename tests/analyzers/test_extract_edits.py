"""Facts after an edit: the old tree and the memo must not show in the result."""

from __future__ import annotations

import inspect
import json
import pickle
import textwrap
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tree_sitter import Node

from analyzers.extract import VERSIONS, Memo, extract, facts_of
from analyzers.facts import FileFacts
from analyzers.languages import LANGUAGES, PYTHON, TYPESCRIPT, Language
from analyzers.syntax import edit_tree, parse

PYTHON_SOURCE = "\n\n".join(
    [inspect.getsource(json.decoder), inspect.getsource(textwrap.TextWrapper)]
).encode()
TYPESCRIPT_SOURCE = (Path(__file__).parent / "sources" / "orders.ts").read_bytes()
SOURCES = {PYTHON: PYTHON_SOURCE, TYPESCRIPT: TYPESCRIPT_SOURCE}

SNIPPETS = [
    b"", b" ", b"\n", b"\n\n", b"(", b")", b"[", b"{", b"}", b'"', b"'", b'"""', b"`", b":", b",", b".", b"=", b"#", b"//",
    b"/*", b"\\", b"\r", b"\0", b"\xff", "é".encode(), "😀".encode(), b"x", b"def ", b"class A:\n", b"return x\n",
    b"    ", b"\t", b"for x in xs:\n        f(x)\n", b"lambda: 0", b"=> {", b"async ", b"await ", b"function f() {}\n",
    b"@dec\n", b"if (a) {", b"else", b"# bigo: ignore\n", b"// bigo: ignore[nested-scan]\n",
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[float, int, bytes]:
    """Where (as a share of the text), how many bytes go, what comes."""
    return (
        draw(st.floats(0, 1, exclude_max=True)),
        draw(st.sampled_from([0, 0, 0, 1, 1, 2, 5, 40, 400])),
        draw(st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=4))),
    )


@pytest.mark.parametrize("language", SOURCES, ids=lambda language: language.name)
@settings(max_examples=60)
@given(session=st.lists(edits(), min_size=1, max_size=6))
@example(session=[(0, 0, b" "), (0, 0, b" "), (0.375, 0, b"("), (0.0962, 1, b"")])  # a type is not closed
def test_an_edited_file_has_the_facts_of_a_new_one(
    language: Language, session: list[tuple[float, int, bytes]]
) -> None:
    """Broken states included. In those the reused tree may differ from a fresh one (tree-sitter recovers from errors
    by what it did before), so there the memo alone is compared; in whole ones everything is."""
    source, memo = SOURCES[language], Memo()
    tree = parse(source, language)
    extract(tree, source, language, memo)
    for share, gone, come in session:
        start = int(share * (len(source) + 1))
        end = min(start + gone, len(source))
        edited = source[:start] + come + source[end:]
        edit_tree(tree, start, end, start + len(come), source, edited)
        tree, source = parse(edited, language, tree), edited
        found = extract(tree, source, language, memo)
        assert found == extract(tree, source, language)
        fresh = facts_of(source, language)
        if not (found.has_error or fresh.has_error):
            assert found == fresh
        check_invariants(found, source)
        assert len(found.functions) - 1 + len(found.classes) == definitions_in(tree.root_node, language)


def test_a_definition_is_met_once_though_no_statement_may_stand_there() -> None:
    """A `default` whose `switch` is broken off is no statement, nor is what follows it up to the end."""
    source = b"""\
walk(order) {
  switch (order.kind) {
    case 1:
      break;
    default:
      { catch (error) {
  } finally {
    x();
  }
}

export function group(lines) {
  return lines.reduce((groups, line) => ({ ...groups, [line.sku]: line }), {});
}
"""
    language = next(one for one in LANGUAGES if one.name == "typescript")
    found = facts_of(source, language)
    assert len({(one.start, one.end) for one in found.functions}) == len(found.functions)
    assert "group" in {one.qualname for one in found.functions}


def definitions_in(root: Node, language: Language) -> int:
    """How many functions and classes the tree has, wherever they stand."""
    count, stack = 0, [root]
    while stack:
        node = stack.pop()
        count += node.kind_id in language.grammar.definitions and node.type != "decorated_definition"
        stack.extend(node.children)
    return count


def check_invariants(facts: FileFacts, source: bytes) -> None:
    """What facts.py promises of any file."""
    assert facts.functions[0].qualname == "<module>"
    assert (facts.functions[0].start, facts.functions[0].end) == (0, len(source))
    starts = [one.start for one in facts.functions]
    assert starts == sorted(starts)
    names = [one.qualname for one in (*facts.functions, *facts.classes)]
    assert len(names) == len(set(names))
    for unit in (*facts.functions, *facts.classes):
        assert 0 <= unit.start <= unit.end <= len(source)
        assert unit.name_at <= unit.name_to


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@settings(max_examples=150)
@given(
    source=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(SNIPPETS), max_size=60).map(b"".join))
)
def test_any_bytes_have_facts(language: Language, source: bytes) -> None:
    facts = facts_of(source, language)
    check_invariants(facts, source)
    tree = parse(source, language)
    assert len(facts.functions) - 1 + len(facts.classes) == definitions_in(tree.root_node, language)
    assert pickle.loads(pickle.dumps(facts)) == facts
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts) == facts


def test_an_edit_lowers_again_only_the_function_it_is_in() -> None:
    language, memo = PYTHON, Memo()
    source = (
        b"import a\n\ndef f(x):\n    return x\n\nclass C:\n    def m(self): pass\n    def n(self): pass\n"
    )
    extract(parse(source, language), source, language, memo)
    assert (memo.hits, memo.misses) == (0, 3)
    edited = source.replace(b"return x", b"return x + 1")
    facts = extract(parse(edited, language), edited, language, memo)
    assert (memo.hits, memo.misses) == (2, 4)
    assert facts == facts_of(edited, language)


def test_a_remembered_function_moves_with_the_text_above_it() -> None:
    language, memo = PYTHON, Memo()
    source = b"def f(x):\n    def inner(): pass\n    class Local: pass\n    import a\n    return x\n"
    before = extract(parse(source, language), source, language, memo)
    moved = b"# a comment\n" + source
    after = extract(parse(moved, language), moved, language, memo)
    assert memo.hits == 1
    assert after == facts_of(moved, language)
    assert [b.start + 12 for b in before.functions[1:]] == [a.start for a in after.functions[1:]]
    assert [b.body for b in before.functions[1:]] == [a.body for a in after.functions[1:]]


def test_what_the_name_depends_on_is_part_of_the_memory() -> None:
    """The same bytes are another function in another class, under another name, or after one of the same name."""
    method = b"    def m(self): pass\n"
    language, memo = PYTHON, Memo()
    for source in (b"class A:\n" + method, b"class B:\n" + method, b"class A:\n" + method * 2):
        assert extract(parse(source, language), source, language, memo) == facts_of(source, language)
    language = TYPESCRIPT
    for source in (
        b"const f = () => 1",
        b"f  =    () => 1",
        b"f = () => 1",
        b"const g = () => 1",
        b"o = { f: () => 1 }",
    ):
        assert extract(parse(source, language), source, language, memo) == facts_of(source, language)


def test_a_memo_keeps_its_bound_and_the_most_recently_used() -> None:
    memo = Memo(limit=10)
    language = PYTHON
    for n in range(50):
        source = b"def always(): pass\ndef f%d(): pass\n" % n
        extract(parse(source, language), source, language, memo)
    assert len(memo) == 10
    assert memo.hits == 49


DEEP = {
    "parentheses": (PYTHON, b"(" * 3000 + b"f(lambda: 1)" + b")" * 3000),
    "blocks": (
        PYTHON,
        b"".join(b" " * n + b"if x:\n" for n in range(600)) + b" " * 600 + b"def deep(): pass\n",
    ),
    "functions": (PYTHON, b"".join(b" " * n + b"def f():\n" for n in range(500)) + b" " * 500 + b"pass\n"),
    "a chain of calls": (PYTHON, b"a" + b".b(c)" * 2000),
    "a long sum": (PYTHON, b"a" + b" + a" * 5000),
    "5,000 arms": (PYTHON, b"if a: b\n" + b"elif a: b\n" * 5000),
    "else if": (TYPESCRIPT, b"if (a) b()\n" + b"else if (a) b()\n" * 3000),
    "callbacks": (TYPESCRIPT, b"a(() => {" * 800 + b"})" * 800),
    "braces": (TYPESCRIPT, b"{" * 2000 + b"function deep() {}" + b"}" * 2000),
    "arrows": (TYPESCRIPT, b"x => " * 2000 + b"x"),
    "objects": (TYPESCRIPT, b"x = " + b"{a: " * 1500 + b"() => 1" + b"}" * 1500),
}


@pytest.mark.parametrize(("language", "source"), DEEP.values(), ids=DEEP.keys())
def test_nesting_of_any_depth_is_lowered_and_travels(language: Language, source: bytes) -> None:
    facts = facts_of(source, language)
    check_invariants(facts, source)
    assert pickle.loads(pickle.dumps(facts)) == facts
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts) == facts


def test_functions_below_the_deepest_level_are_kept() -> None:
    for name, wanted in (("parentheses", "<lambda>"), ("blocks", "deep"), ("braces", "deep")):
        names = [one.name for one in facts_of(DEEP[name][1], DEEP[name][0]).functions]
        assert wanted in names
    assert len(facts_of(*reversed(DEEP["functions"])).functions) == 501
    assert len(facts_of(*reversed(DEEP["callbacks"])).functions) == 801


def test_old_texts_of_one_function_are_let_go_of() -> None:
    memo = Memo()
    for turn in range(100):
        source = b"def f():\n    return %d\n\n\ndef g():\n    pass\n" % turn
        extract(parse(source, PYTHON), source, PYTHON, memo)
    assert len(memo) == VERSIONS + 1


def test_statements_of_an_edited_function_are_lowered_once() -> None:
    steps = b"".join(
        b"    if x[%d]:\n        y = [z for z in x if z > %d]\n        f(y)\n" % (n, n) for n in range(40)
    )
    language, memo = PYTHON, Memo()
    source = b"def f(x):\n" + steps + b"    return x\n"
    lowered = []
    for turn in range(4):
        extract(parse(source, language), source, language, memo)
        lowered.append(memo.lowered)
        memo.lowered = 0
        source = source.replace(b"z > 30", b"%d + z > 30" % turn)
    assert lowered[0] == 0, "a new function is not gone over twice"
    assert lowered[1] == 80, "what was not kept yet"
    # The statement, the one around it, and those that have moved.
    assert lowered[2] == lowered[3] == 2 + 2 * 9
    assert extract(parse(source, language), source, language, memo) == facts_of(source, language)


def test_the_first_edit_of_a_function_leaves_the_statements_in_front_of_it() -> None:
    """What was answered of them when the file was opened holds."""
    lines = [f"    if rows[{n}]:\n        total_{n} = sum(rows)\n" for n in range(6)]
    memo, bodies = Memo(), []
    for line in ("", "    written = 1\n"):
        source = f"def whole(rows):\n{''.join(lines[:4])}{line}{''.join(lines[4:])}".encode()
        bodies.append(extract(parse(source, PYTHON), source, PYTHON, memo).functions[1].body)
    before, after = bodies
    assert [one is other for one, other in zip(before, after, strict=False)] == [True] * 4 + [False] * 2


@pytest.mark.parametrize("last", [b"    while x:\n        x.pop()\n", b"    if x:\n        yield x.pop()\n"])
def test_what_loops_and_yields_does_so_when_it_is_taken_over(last: bytes) -> None:
    language, memo = PYTHON, Memo()
    first = b"    for a in x:\n        yield a\n"
    for body in (
        first + last,
        b"    pass\n" + first + last,
        b"    xs\n" + first + last,
        b" " * 41 + b"\n" + last,
        last,
    ):
        for start in (b"def f(x):\n", b"def f(y):\n"):
            source = start + body + b"\n\nfor z in y:\n    " + b"print(1)\n    " * 300
            source = source.rstrip(b" ")
            assert extract(parse(source, language), source, language, memo) == facts_of(source, language)


def test_large_statements_of_the_top_level_say_that_they_loop() -> None:
    language, memo = PYTHON, Memo()
    large = b"for z in y:\n" + b"    print(1)\n" * 300
    for first in (b"for a in b: c\n", b"for a in b: d\n", b"x = [1, 2, 34]\n"):
        source = first + large
        assert extract(parse(source, language), source, language, memo) == facts_of(source, language)
