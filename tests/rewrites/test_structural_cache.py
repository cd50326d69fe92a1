"""The same code asked again costs nothing: comments, layout and local names aside. And where it is not the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import fakeredis
import pytest
from conftest import MODULE, PAIR, Bench, answer, target

from lsp_server.rewrites import RewriteSettings, prepare
from lsp_server.rewrites.keeping.cache import AnswerCache, Answers, SharedAnswers
from lsp_server.rewrites.keeping.structure import pack, skeleton, unpack

ORIGINAL = MODULE[MODULE.index("def pair") : MODULE.index("\n\n\nclass")]
OTHER = '''def pair(bills, people):
    """Each order with its user."""
    # every bill
    out = []
    for bill in bills:

        for person in people:  # the one who pays
            if (person.id == bill.user_id):
                out.append((bill,   person))
                break
    return out'''


def keys(*functions: str) -> list[str | None]:
    found = [
        skeleton(prepare(target(text=MODULE.replace(ORIGINAL, f)), RewriteSettings())) for f in functions
    ]
    return [one.key if one else None for one in found]


def test_comments_layout_and_local_names_do_not_matter() -> None:
    first, second = keys(ORIGINAL, OTHER)
    assert first is not None
    assert first == second


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("user.id == order.user_id", "user.pk == order.user_id"),
        ("break", "continue"),
        ("(order, user)", "(user, order)"),
        ("user.id == order.user_id", "order.id == user.user_id"),
        ("(orders, users)", "(orders, users=())"),
        ("(orders, users)", "(users, orders)"),
        ("in users:", "in Order:"),
        ("out = []", "out = [] or []"),
        ('"""Each order', '"""Every order'),
        ("def pair", "async def pair"),
    ],
)
def test_what_is_other_code_has_another_key(old: str, new: str) -> None:
    first, second = keys(ORIGINAL, ORIGINAL.replace(old, new))
    assert first != second


def test_two_names_for_one_have_another_key() -> None:
    """A renaming that joins two names, or parts one, is none."""
    one = "def f(a, b):\n    x = a\n    y = b\n    return x + y"
    joined = "def f(a, b):\n    x = a\n    x = b\n    return x + x"
    swapped = "def f(a, b):\n    y = a\n    x = b\n    return y + x"
    made = [skeleton(prepare(target("f", code), RewriteSettings())) for code in (one, joined, swapped)]
    assert made[0]
    assert made[1]
    assert made[2]
    assert made[0].key != made[1].key
    assert made[0].key == made[2].key


def test_all_that_shaped_the_answer_is_in_the_key() -> None:
    base = target()
    made = [
        skeleton(prepare(asked, settings))
        for asked, settings in [
            (base, RewriteSettings()),
            (base, RewriteSettings(model="claude-haiku-5-5")),
            (base, RewriteSettings(effort="high")),
            (replace(base, guidelines="Use itertools."), RewriteSettings()),
            (replace(base, findings=()), RewriteSettings()),
            (replace(base, own=base.module), RewriteSettings()),
        ]
    ]
    found = {one.key for one in made if one}
    assert len(found) == len(made)


def test_what_an_outer_name_means_is_in_the_key() -> None:
    code = "def f(rows):\n    return [clean(row) for row in rows]"
    texts = [
        f"def clean(row):\n    return row\n\n\n{code}\n",
        f"def clean(row):\n    return row.strip()\n\n\n{code}\n",
        f"from tools import clean\n\n\n{code}\n",
    ]
    made = [skeleton(prepare(target("f", text), RewriteSettings())) for text in texts]
    assert len({one.key for one in made if one}) == 3


def moved(new: str, kept: str = PAIR) -> str | None:
    first = skeleton(prepare(target(), RewriteSettings()))
    second = skeleton(prepare(target(text=MODULE.replace(ORIGINAL, new)), RewriteSettings()))
    assert first
    assert second
    return unpack(second, pack(first, answer(kept, before="O(|orders|·|users|)")))


def test_the_answer_speaks_of_the_names_of_this_function() -> None:
    text = moved(OTHER)
    assert text is not None
    assert "def pair(bills, people):" in text
    assert "for person in people:\n        by_id.setdefault(person.id, person)" in text
    assert "O(|bills|·|people|)" in text
    assert "order" not in text.replace("Each order with", "")


def test_comments_of_the_other_function_do_not_come_along() -> None:
    text = moved(OTHER, PAIR.replace("    by_id = {}", "    by_id = {}  # theirs\n    # every bill"))
    assert text is not None
    assert "theirs" not in text
    assert "# every bill" in text


def test_a_new_name_that_meets_a_local_one_is_no_answer() -> None:
    assert moved(OTHER.replace("person", "by_id")) is None


def test_a_name_in_an_attribute_a_keyword_or_a_text_stays() -> None:
    old = MODULE.replace(
        ORIGINAL,
        "def pair(orders, users):\n    return [f(users=u.orders, orders='users') for u in users for o in orders]",
    )
    new = old.replace("(orders, users)", "(a, b)").replace("in users", "in b").replace("in orders", "in a")
    first = skeleton(prepare(target(text=old), RewriteSettings()))
    second = skeleton(prepare(target(text=new), RewriteSettings()))
    assert first
    assert second
    assert first.key == second.key
    code = "def pair(orders, users):\n    return [f(users=u.orders, orders='users') for u in users for _ in orders]"
    text = unpack(second, pack(first, answer(code)))
    assert text is not None
    assert "return [f(users=u.orders, orders='users') for u in b for _ in a]" in text


@pytest.mark.parametrize("kept", ["", "{}", "[]", '{"names": ["a"], "text": "x"}', '{"names": 1, "text": 2}'])
def test_a_damaged_entry_is_no_answer(kept: str) -> None:
    same = skeleton(prepare(target(), RewriteSettings()))
    assert same is not None
    assert unpack(same, kept) is None


def test_the_same_code_asked_again_sends_nothing(bench: Bench) -> None:
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)
    bench.says(answer(PAIR))
    bench.run(bench.rewriter.prepare(target()))
    again = bench.run(bench.rewriter.prepare(target(text=MODULE.replace(ORIGINAL, OTHER))))
    assert len(bench.sent) == 1
    assert again.from_cache
    assert again.cost_usd == 0
    assert "def pair(bills, people)" in again.function
    # Other code is sent, and an answer that does not pass is not kept.
    bench.says("prose")
    bench.rewriter.settings = replace(bench.rewriter.settings, repair=False)
    other = MODULE.replace(ORIGINAL, OTHER.replace("break", "pass"))
    for _ in range(2):
        bench.fails(bench.rewriter.prepare(target(text=other)))
    assert len(bench.sent) == 3


# -------------------------------------------------------------------------------------------------------- the stores


@pytest.fixture(params=["file", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Answers:
    if request.param == "file":
        return AnswerCache(tmp_path)
    return SharedAnswers("redis://nowhere", connect=fakeredis.FakeRedis)


def test_each_store_keeps_limits_and_forgets(store: Answers) -> None:
    assert store.get("a", 7) is None
    for key in "abc":
        store.put(key, key * 300_000, 7, 1)
    assert store.get("a", 7) == "a" * 300_000
    store.put("d", "d" * 300_000, 7, 1)
    assert [key for key in "abcd" if store.get(key, 7)] == ["a", "c", "d"]
    assert store.size()[0] == 3
    assert 900_000 <= store.size()[1] <= 1_000_000
    assert store.get("a", 0) is None
    store.drop("a")
    assert store.get("a", 7) is None
    assert store.clear() == 2
    assert store.size() == (0, 0)


def test_a_store_that_is_away_is_no_error() -> None:
    store = SharedAnswers("redis://127.0.0.1:1/0")
    store.put("k", "text", 7, 1)
    assert store.get("k", 7) is None
    assert store.clear() == 0
    assert store.problem
