"""Answers a model might give: hostile, lazy, or merely awkward. None of the first two becomes an edit."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import pytest
from conftest import MODULE, PAIR, UNKNOWN, answer, check, report, span_of, target

from lsp_server.rewrites import Edit, RewriteFailed, RewriteSettings, prepare
from lsp_server.rewrites.checking.edit import apply, fit
from lsp_server.rewrites.checking.validate import Candidate, check_answer, check_cost, check_others
from lsp_server.rewrites.contract import Checked, Target
from lsp_server.rewrites.proposal import parse

ORIGINAL = MODULE[MODULE.index("def pair") : MODULE.index("\n\n\nclass")]


def accept(asked: Target, text: str) -> Candidate:
    """What `Rewriter.run` does with an answer, without the request."""
    prepared = prepare(asked, RewriteSettings())
    candidate = check_answer(prepared, parse(text))
    check_cost(prepared, check(asked, candidate.patched.decode()))
    return candidate


def body(*lines: str) -> str:
    """`PAIR` with lines put in front of its return."""
    return PAIR.replace("    return out", "\n".join(f"    {line}" for line in (*lines, "return out")))


HOSTILE = {
    # -- the form of the answer
    "nothing": "",
    "prose": "I would use a dict here.",
    "code without tags": PAIR,
    "a greeting around the tags": "Sure! Here it is:\n" + answer(PAIR),
    "two rewrites": answer(PAIR) + f"\n<rewrite>\n{PAIR}\n</rewrite>",
    "a rewrite and no_change": answer(PAIR) + "<no_change>never mind</no_change>",
    "an open tag": answer(PAIR).replace("</rewrite>", ""),
    "a rewrite inside why": answer(PAIR).replace("One pass", f"<rewrite>{PAIR}</rewrite>"),
    "no complexity stated": answer(PAIR).replace("<before>time O(n^2)</before>", ""),
    "an empty rewrite": answer(""),
    "a JSON object": '{"rewrite": "def pair(orders, users): pass"}',
    # -- not the whole function
    "an elision": answer(body("# ... rest of the code")),
    "an elision in words": answer(body("# existing code unchanged")),
    "an ellipsis": answer('def pair(orders, users):\n    """Each order with its user."""\n    ...'),
    "a to-do": answer(body("# TODO: handle duplicates")),
    "not implemented": answer(body("raise NotImplementedError")),
    "a stub": answer('def pair(orders, users):\n    """Each order with its user."""\n    list(orders), list(users)'),
    "a diff": answer("@@ -1,3 +1,3 @@\n-def pair(orders, users):\n+def pair(orders, users):"),
    # -- not the same function
    "another name": answer(PAIR.replace("def pair", "def pairs")),
    "another parameter": answer(PAIR.replace("(orders, users)", "(orders, users, limit=10)")),
    "a default": answer(PAIR.replace("(orders, users)", "(orders, users=())")),
    "keyword only": answer(PAIR.replace("(orders, users)", "(orders, *, users)")),
    "an annotation": answer(PAIR.replace("(orders, users)", "(orders: list, users)")),
    "async": answer(PAIR.replace("def pair", "async def pair")),
    "a generator": answer(PAIR.replace("return out", "yield from out")),
    "a decorator": answer("@cache\n" + PAIR),
    "no docstring": answer(PAIR.replace('    """Each order with its user."""\n', "")),
    "another docstring": answer(PAIR.replace("Each order", "Every order")),
    "a class": answer("class pair:\n" + textwrap.indent(PAIR, "    ")),
    "a second function": answer(PAIR + "\n\n\ndef total(orders):\n    return 0"),
    "a statement behind it": answer(PAIR + "\n\nprint('owned')"),
    "a statement before it": answer("x = 1\n" + PAIR),
    "a lambda": answer("pair = lambda orders, users: []"),
    # -- does not parse where it goes
    "a syntax error": answer(PAIR.replace("out = []", "out = [")),
    "await outside async": answer(body("await out")),
    "break outside a loop": answer(body("break")),
    "a name that is nowhere": answer(PAIR.replace("by_id = {}", "by_id = defaultdict(list)")),
    # -- reaches outside
    "eval": answer(body("eval('1')")),
    "exec by another name": answer(body("run = exec", "run('1')")),
    "open": answer(body("open('/etc/passwd').read()")),
    "__import__": answer(body("__import__('os').system('id')")),
    "subprocess inside": answer(body("import subprocess", "subprocess.run(['id'])")),
    "os in the imports": answer(body("os.environ.get('HOME')"), imports="import os"),
    "socket in the imports": answer(body("socket.socket()"), imports="import socket"),
    "pickle": answer(body("pickle.loads(b'')"), imports="import pickle"),
    "a package nobody has": answer(body("np.array(out)"), imports="import numpy as np"),
    "a module of the project that is not imported": answer(body("secrets_of(out)"), imports="from vault import secrets_of"),
    "a star import": answer(PAIR, imports="from collections import *"),
    "a statement among the imports": answer(PAIR, imports="import json; json.x = 1"),
    "a future import": answer(PAIR, imports="from __future__ import annotations"),
    "dunder attributes": answer(body("().__class__.__base__.__subclasses__()")),
    "dunder attributes by string": answer(body("getattr(out, '__class__')")),
    "a global": answer(body("global total", "total = None")),
    "deletes rows": answer(body("Order.objects.all().delete()")),
    "prints": answer(body("print(users)")),
    "a helper that runs code": answer(PAIR, aux="def index_of(x):\n    return eval(x)"),
    "a helper with a decorator": answer(PAIR, aux="@staticmethod\ndef index_of(x):\n    return x"),
    "a helper that replaces a function": answer(PAIR, aux="def total(orders):\n    return 0"),
    "a helper that is a statement": answer(PAIR, aux="total = None"),
    "a helper whose default runs": answer(PAIR, aux="def index_of(x=print()):\n    return x"),
    # -- hides something
    "silences the analyzer": answer(body("x = 1  # bigo: ignore")),
    "silences a linter": answer(body("x = 1  # noqa")),
    "direction marks": answer(body("# \u202e text")),
    "a zero-width space": answer(body("x = 'a\u200bb'")),
    "a control character": answer(body("x = 'a\x08b'")),
    "an unusual line end": answer(body("x = 1  # a\u2028import os")),
    # -- no gain, or far too much
    "the same": answer(ORIGINAL),
    "the same with other spacing": answer(ORIGINAL.replace("    out = []\n", "    out  =  []\n")),
    "the same with a comment": answer(ORIGINAL.replace("    out = []\n", "    out = []  # a list\n")),
    "very long": answer(body(*[f"x{i} = {i}" for i in range(400)])),
    "costlier": answer(body("for a in out:", "    for b in out:", "        for c in out:", "            a, b, c")),
    "a placeholder from nowhere": answer(body("x = '__REDACTED_AWS_KEY_1__'")),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_not_accepted(name: str) -> None:
    with pytest.raises(RewriteFailed) as caught:
        accept(target(), HOSTILE[name])
    assert str(caught.value).endswith(".") or str(caught.value).endswith(").")
    assert "\n" not in str(caught.value)


def test_the_hostile_set_is_rejected_for_what_it_does_and_not_for_how_it_is_made() -> None:
    assert accept(target(), answer(PAIR)).patched == MODULE.replace(ORIGINAL, PAIR).encode()
    assert accept(target(), answer(body("assert out is not None"))).patched


def test_a_dangerous_name_that_was_there_may_stay() -> None:
    text = MODULE.replace("    out = []\n", "    out = []\n    print(orders)\n", 1)
    kept = PAIR.replace("    out = []\n", "    out = []\n    print(orders)\n")
    assert accept(target(text=text), answer(kept)).function == kept


# ------------------------------------------------------------------------------------------------ the secret's way


SECRET = "AKIA" + "IOSFODNN7EXAMPLE"
WITH_SECRET = MODULE.replace("    out = []\n", f'    out = []\n    key = "{SECRET}"\n', 1)


@pytest.mark.parametrize(
    "line",
    ["", '    key = "{0}" + "{0}"\n', '    key = "{0}X"\n', "    key = '__REDACTED_AWS_KEY_2__'\n", '    key = "key"\n'],
    ids=["dropped", "doubled", "changed", "renamed", "invented"],
)  # fmt: skip
def test_a_placeholder_must_come_back_exactly(line: str) -> None:
    code = PAIR.replace("    out = []\n", "    out = []\n" + line.format("__REDACTED_AWS_KEY_1__"))
    if line.endswith('X"\n'):
        code = code.replace("_1__X", "_1_X_")
    with pytest.raises(RewriteFailed):
        accept(target(text=WITH_SECRET), answer(code))


def test_a_placeholder_that_comes_back_is_the_secret_again() -> None:
    code = PAIR.replace("    out = []\n", '    out = []\n    key = "__REDACTED_AWS_KEY_1__"\n')
    assert SECRET.encode() in accept(target(text=WITH_SECRET), answer(code)).patched


# --------------------------------------------------------------------------------------------------- in its place


def test_a_method_keeps_its_indentation() -> None:
    patched = accept(target("Report.unknown"), answer(UNKNOWN)).patched.decode()
    assert UNKNOWN in patched
    ast.parse(patched)


def test_a_method_without_its_indentation_is_moved_into_place() -> None:
    patched = accept(target("Report.unknown"), answer(textwrap.dedent(UNKNOWN))).patched.decode()
    assert UNKNOWN in patched


@pytest.mark.parametrize("given", ["  ", "        ", "\t"])
def test_another_indentation_is_not_guessed_at(given: str) -> None:
    with pytest.raises(RewriteFailed, match="indented"):
        accept(target("Report.unknown"), answer(textwrap.indent(textwrap.dedent(UNKNOWN), given)))


def test_lines_inside_a_string_are_not_moved() -> None:
    code = 'def f(self):\n    """Doc.\n\n    More.\n    """\n    sql = """\nSELECT 1\n  FROM t"""\n    return sql'
    assert fit(code, "    ", "python") == (
        'def f(self):\n        """Doc.\n\n        More.\n        """\n        sql = """\nSELECT 1\n  FROM t"""\n        return sql'
    )


def test_line_ends_of_the_file_are_kept() -> None:
    text = MODULE.replace("\n", "\r\n")
    patched = accept(target(text=text), answer(PAIR)).patched.decode()
    assert "\n" not in patched.replace("\r\n", "")
    assert patched.replace("\r\n", "\n") == MODULE.replace(ORIGINAL, PAIR)


def test_bytes_before_the_function_do_not_matter() -> None:
    text = "# Straße 👩‍👩‍👧 \u2028\n" + MODULE
    assert accept(target(text=text), answer(PAIR)).patched.decode() == text.replace(ORIGINAL, PAIR)


def test_a_string_with_invisible_marks_keeps_them() -> None:
    line = '    family = "👩\u200d👩\u200d👧"\n'
    text = MODULE.replace("    out = []\n", "    out = []\n" + line, 1)
    prepared = prepare(target(text=text), RewriteSettings())
    assert "\u200d" not in prepared.function
    sent = next(row for row in prepared.function.split("\n") if "family" in row)
    code = PAIR.replace("    out = []\n", f"    out = []\n{sent}\n")
    assert line in check_answer(prepared, parse(answer(code))).patched.decode()


def test_a_file_that_is_broken_elsewhere_can_still_be_edited() -> None:
    text = MODULE + "\n\ndef broken(:\n"
    candidate = check_answer(prepare(target(text=text), RewriteSettings()), parse(answer(PAIR)))
    assert candidate.patched.decode() == text.replace(ORIGINAL, PAIR)


def test_a_fence_around_the_code_is_taken_off() -> None:
    assert accept(target(), answer(f"```python\n{PAIR}\n```")).function == PAIR


def test_decorators_are_part_of_the_function() -> None:
    text = MODULE.replace("def pair", "@cached(ttl=5)\n@traced\ndef pair").replace(
        "from collections import Counter",
        "from collections import Counter\nfrom shop.tools import cached, traced",
    )
    kept = "@cached(ttl=5)\n@traced\n" + PAIR
    assert kept in accept(target(text=text), answer(kept)).patched.decode()
    for changed in (PAIR, "@traced\n@cached(ttl=5)\n" + PAIR, "@cached(ttl=6)\n@traced\n" + PAIR):
        with pytest.raises(RewriteFailed, match="decorators"):
            accept(target(text=text), answer(changed))


# ------------------------------------------------------------------------------------------- imports and a helper


DEFAULT = PAIR.replace("by_id = {}", "by_id = defaultdict(list)").replace("by_id.setdefault(user.id, user)", "by_id[user.id] = user")  # fmt: skip


def test_an_import_goes_behind_the_last_one() -> None:
    candidate = accept(target(), answer(DEFAULT, imports="from collections import defaultdict"))
    patched = candidate.patched.decode()
    assert "from shop.models import Order\nfrom collections import defaultdict\n\n\ndef pair" in patched
    assert candidate.imports == ("from collections import defaultdict",)


@pytest.mark.parametrize(
    "line",
    [
        "from collections import Counter",
        "from shop.models import Order",
        "from collections import Counter, defaultdict",
    ],
)
def test_an_import_that_is_there_is_not_repeated(line: str) -> None:
    code = DEFAULT if "defaultdict" in line else PAIR
    candidate = accept(target(), answer(code, imports=line))
    assert candidate.imports == (("from collections import defaultdict",) if "defaultdict" in line else ())
    assert candidate.patched.decode().count("Counter") == 1


@pytest.mark.parametrize(
    ("head", "where"),
    [
        ('"""Doc."""\n', '"""Doc."""\n\nfrom collections import defaultdict\n'),
        ("", "from collections import defaultdict\n\ndef pair"),
        ("from __future__ import annotations\n", "annotations\nfrom collections import defaultdict\n"),
        ("import a.b\nfrom c import (\n    d,\n)\n", "    d,\n)\nfrom collections import defaultdict\n"),
        ("import a; x = 1\n", "import a; x = 1\nfrom collections import defaultdict\n"),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", None),
    ],
)
def test_where_an_import_goes(head: str, where: str | None) -> None:
    text = head + ORIGINAL + "\n"
    patched = accept(
        target(text=text), answer(DEFAULT, imports="from collections import defaultdict")
    ).patched.decode()
    if where is None:
        assert patched.startswith(head + "from collections import defaultdict\n")
    else:
        assert where in patched
    compile(patched, "x", "exec")


def test_an_import_whose_name_is_taken_is_refused() -> None:
    text = MODULE.replace("def total", "def defaultdict")
    with pytest.raises(RewriteFailed, match="something else"):
        accept(target(text=text), answer(DEFAULT, imports="from collections import defaultdict"))


def test_a_helper_goes_before_the_outermost_statement() -> None:
    code = UNKNOWN.replace("{h.name for h in have}", "names_of(have)")
    helper = "def names_of(rows):\n    return {row.name for row in rows}"
    text = MODULE.replace("class Report", "# What is missing.\nclass Report")
    patched = accept(target("Report.unknown", text=text), answer(code, aux=helper)).patched.decode()
    assert f"\n\n\n{helper}\n\n\n# What is missing.\nclass Report" in patched


def test_a_helper_and_an_import_at_one_place_stay_apart() -> None:
    text = ORIGINAL + "\n"
    helper = "def index_of(rows):\n    return rows"
    code = DEFAULT.replace("in users", "in index_of(users)")
    edits = accept(
        target(text=text), answer(code, imports="from collections import defaultdict", aux=helper)
    ).edits
    patched = apply(text.encode(), edits).decode()
    assert patched.startswith("from collections import defaultdict\n\ndef index_of")
    assert len({edit.span for edit in edits}) == len(edits)


def test_edits_that_overlap_are_an_error() -> None:
    span = span_of(MODULE, "pair")
    with pytest.raises(ValueError, match="overlap"):
        apply(MODULE.encode(), (Edit(span, "a"), Edit(span, "b")))


# ---------------------------------------------------------------------------------------------- what the analyzer says


def costs(before: str, after: str, queries: tuple[str, str] = ("", ""), **findings: Any) -> Checked:
    return Checked(report("pair", before, queries[0]), report("pair", after, queries[1]), **findings)


def test_the_analyzer_has_the_last_word() -> None:
    prepared = prepare(target(), RewriteSettings())
    assert check_cost(prepared, costs("quadratic", "linear")) == ("O(n^2)", "O(n)", ())
    with pytest.raises(RewriteFailed, match="grows"):
        check_cost(prepared, costs("linear", "quadratic"))
    with pytest.raises(RewriteFailed, match="queries"):
        check_cost(prepared, costs("quadratic", "linear", ("", "|orders|")))
    with pytest.raises(RewriteFailed, match="nested-scan"):
        check_cost(prepared, costs("quadratic", "linear", findings_after=target().findings))
    assert "cannot tell" in check_cost(prepared, costs("unknown", "linear"))[2][0]
    assert "no gain" in check_cost(prepared, costs("quadratic", "quadratic"))[2][0]
    assert check_cost(prepared, Checked(None, None))[:2] == ("unknown", "unknown")
    fewer = check_cost(prepared, costs("linear", "linear", ("|orders|", "2")))
    assert fewer == ("|orders| queries", "2 queries", ())
    both = check_cost(prepared, costs("quadratic", "linear", ("|orders|", "1")))
    assert both == ("O(n^2) and |orders| queries", "O(n) and 1 query", ())


def test_an_exception_that_is_gone_is_pointed_out() -> None:
    text = MODULE.replace(
        "    out = []\n", "    if not users:\n        raise LookupError(orders)\n    out = []\n", 1
    )
    assert accept(target(text=text), answer(PAIR)).warnings == ("It no longer raises LookupError itself.",)


def test_each_function_that_changes_besides_is_compared() -> None:
    helper = "/srv/shop/shop/helpers.py", "helper"

    def changed(before: str, after: str, queries: tuple[str, str] = ("", "")) -> Checked:
        old, new = report("helper", before, queries[0]), report("helper", after, queries[1])
        return Checked(
            report("pair", "quadratic"), report("pair", "linear"), (), (), {helper: old}, {helper: new}
        )

    assert check_others(changed("quadratic", "linear"), [helper]) == (
        "`helper` in helpers.py: O(n^2) → O(n)",
    )
    assert check_others(changed("linear", "linear"), [helper]) == ("`helper` in helpers.py: O(n), as before",)
    with pytest.raises(RewriteFailed, match="helper, which it changes too, costs more"):
        check_others(changed("linear", "quadratic"), [helper])
    with pytest.raises(RewriteFailed, match="sends queries now"):
        check_others(changed("linear", "linear", ("", "|orders|")), [helper])
    assert check_others(Checked(None, None), [helper]) == ("`helper` in helpers.py: unknown, as before",)
