"""The same code asked again, in JavaScript and TypeScript; and where it is not the same, or not certain to be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import answer, target

from analyzers import extract, languages
from analyzers.text import Span
from lsp_server.rewrites import RewriteSettings, prepare
from lsp_server.rewrites.contract import Target
from lsp_server.rewrites.keeping.structure import Skeleton, pack, skeleton, unpack

HEAD = """import { Row, load } from "./rows";

const LIMIT = 10;

"""
PAIR = """export function pair(orders: Row[], users: Row[]) {
  const out = [];
  for (const order of orders) {
    const user = users.find((one) => one.id === order.userId);
    if (user && out.length < LIMIT) out.push([order, user]);
  }
  return out;
}
"""
OTHER = """export function pair(bills: Row[], people: Row[]) {
  // every bill
  const found = [];

  for (const bill of bills) {
      const payer = people.find((it) => it.id === bill.userId); /* who pays */
    if (payer  &&  found.length < LIMIT) found.push([bill, payer]);
  }
  return found;
}
"""
FAST = """export function pair(orders: Row[], users: Row[]) {
  // first user of an id
  const byId = new Map();
  for (const user of users) if (!byId.has(user.id)) byId.set(user.id, user);
  const out = [];
  for (const order of orders) {
    const user = byId.get(order.userId);
    if (user && out.length < LIMIT) out.push([order, user]);
  }
  return out;
}"""


def script(function: str, head: str = HEAD, suffix: str = "ts") -> Target:
    text, path = head + function, f"/srv/shop/src/pairs.{suffix}"
    language = languages.for_path(path)
    assert language is not None
    found = next(f for f in extract.facts_of(text.encode(), language).functions if f.name == "pair")
    return replace(
        target(), path=path, relative="src/pairs.ts", language=language.name, text=text, qualname=found.qualname,
        span=Span(found.start, found.end), findings=(), report=None,
    )  # fmt: skip


def shape(function: str, **given: str) -> Skeleton | None:
    return skeleton(prepare(script(function, **given), RewriteSettings()))


def key(function: str, **given: str) -> str | None:
    found = shape(function, **given)
    return found.key if found else None


@pytest.mark.parametrize("suffix", ["ts", "js"])
def test_comments_blanks_and_local_names_do_not_matter(suffix: str) -> None:
    first, second = (code.replace(": Row[]", "") if suffix == "js" else code for code in (PAIR, OTHER))
    assert key(first, suffix=suffix) is not None
    assert key(first, suffix=suffix) == key(second, suffix=suffix)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order.userId", "order.payerId"),
        ("===", "=="),
        ("[order, user]", "[user, order]"),
        ("(orders: Row[], users: Row[])", "(users: Row[], orders: Row[])"),
        ("< LIMIT", "< load"),
        ("const out = []", "let out = []"),
        ("return out;", "return\n out;"),
        ("export function pair", "export async function pair"),
        ("one.id === order.userId", "one.id === one.userId"),
    ],
)
def test_what_is_other_code_has_another_key(old: str, new: str) -> None:
    assert old in PAIR
    assert key(PAIR) != key(PAIR.replace(old, new))


def test_what_names_from_outside_mean_is_in_the_key() -> None:
    assert key(PAIR) != key(PAIR, head=HEAD.replace("= 10", "= 20"))
    assert key(PAIR) == key(PAIR, head=HEAD + "const OTHER = 1;\n")


def test_an_answer_moves_to_other_names() -> None:
    first, second = shape(PAIR), shape(OTHER)
    assert first
    assert second
    text = unpack(second, pack(first, answer(FAST)))
    assert text is not None
    code = text.partition("<rewrite>\n")[2].partition("\n</rewrite>")[0]
    assert code == FAST.replace("  // first user of an id\n", "").replace("orders", "bills").replace(
        "users", "people"
    ).replace("order.", "bill.").replace("order ", "bill ").replace("[order,", "[bill,").replace(
        "out", "found"
    ).replace("const user =", "const payer =").replace("(user &&", "(payer &&").replace(
        ", user])", ", payer])"
    ).replace("const user of people", "const payer of people").replace("user.id", "payer.id").replace(
        "payer.id, user)", "payer.id, payer)"
    )


@pytest.mark.parametrize(
    "body",
    [
        "const share = orders.length / users.length;",
        "const both = { orders, users };",
        "const named = { orders: users };",
        "return `${orders.length} orders`;",
        "const { users: found } = orders[0];",
        "return users.filter((u) => /x/.test(u));",
    ],
)
def test_what_is_not_certain_has_no_structure(body: str) -> None:
    assert shape(f"function pair(orders, users) {{\n  {body}\n}}\n", suffix="js") is None


def test_a_name_that_would_meet_another_is_not_moved() -> None:
    first, second = shape(PAIR), shape(PAIR.replace("users", "byId"))
    assert first
    assert second
    assert first.key == second.key
    assert unpack(second, pack(first, answer(FAST))) is None
