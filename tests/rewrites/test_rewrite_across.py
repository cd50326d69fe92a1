"""Rewrites that look around: tools over a real workspace, several functions changed, and everything that is refused."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Bench, answer

from analyzers import extract, languages
from analyzers.check import check as findings_of
from analyzers.project.index import Project
from analyzers.text import Text
from lsp_server.briefing import looking, recheck
from lsp_server.briefing.targets import check_options, function_named, target_for
from lsp_server.rewrites import RewriteFailed, Target
from lsp_server.rewrites.asking.redact import Redactor
from lsp_server.rewrites.asking.tools import CALLS_PER_TURN, Desk
from lsp_server.rewrites.keeping import looked
from lsp_server.rewrites.keeping.cache import key_of
from lsp_server.rewrites.proposal import parse
from lsp_server.settings import Settings

SECRET = "ghp_" + "a1B2" * 9
FILES = {
    "shop/models.py": """from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=10)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
""",
    "shop/queries.py": f'''from shop.models import Book

TOKEN = "{SECRET}"


def open_books(token="{SECRET}"):
    """All books."""
    return Book.objects.all()


def unused():
    return 1
''',
    "shop/views.py": """from shop.queries import open_books


def names():
    found = []
    for book in open_books():
        found.append(book.author.name)
    return found
""",
    "shop/secrets/keys.py": "def key():\n    return 1\n",
}
LOADED = '''def open_books(token="{token}"):
    """All books."""
    return Book.objects.select_related("author")'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def project_of(folder: Path) -> Project:
    project = Project()
    for name in FILES:
        path = (folder / name).as_posix()
        language = languages.for_path(path)
        assert language is not None
        project.update(path, extract.facts_of((folder / name).read_bytes(), language))
    return project


def text_of(path: str) -> Text | None:
    return Text(Path(path).read_bytes()) if Path(path).is_file() else None


def look_into(folder: Path, project: Project) -> looking.WorkspaceReader:
    async def ask(job: Callable[[], Any]) -> Any:
        return job()

    desk = looking.Desk(project, folder.as_posix(), text_of, Settings())
    return looking.WorkspaceReader(
        folder.as_posix(), lambda path: project.facts(path) is not None, ask, lambda: desk
    )


def target_in(folder: Path, project: Project, name: str = "shop/views.py", function: str = "names") -> Target:
    path = (folder / name).as_posix()
    facts, text = project.facts(path), text_of(path)
    assert facts is not None
    assert text is not None
    found = findings_of(project, path, text)
    return target_for(
        project, path, text, function_named(facts, function), root=folder.as_posix(), text_of=text_of,
        findings=found,
    )  # fmt: skip


@pytest.fixture
def open_shop(bench: Bench, shop: Path) -> Iterator[tuple[Bench, Target, Path]]:
    """The bench with a rewriter that answers questions about the shop and checks with the real analyzer."""
    project = project_of(shop)
    rewriter = bench.rewriter
    check, rewriter._check = (
        rewriter._check,
        lambda t, patched, others={}: recheck.checked(project, check_options(Settings()), t, patched, others),
    )
    rewriter._reader = lambda _: look_into(shop, project)
    yield bench, target_in(shop, project), shop
    rewriter._check, rewriter._reader = check, lambda _: None


def asks(*calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"tools": [{"name": name, "input": given} for name, given in calls]}


def results(bench: Bench, request: int = 1) -> list[dict[str, Any]]:
    """What the tools answered, as it was sent in that request."""
    return [b for b in bench.sent[request]["messages"][-1]["content"] if b["type"] == "tool_result"]


QUERIES = {"path": "shop/queries.py", "function": "open_books"}
SHORT = "<before>1 + n queries</before><after>1 query</after><why>The author is loaded with the book.</why>"


def also(code: str, path: str = "shop/queries.py", function: str = "open_books") -> str:
    return f'{SHORT}\n<also path="{path}" function="{function}">\n{code}\n</also>'


def placeholder_of(bench: Bench) -> str:
    source = json.loads(results(bench)[0]["content"])["source"]
    return str(source.partition('token="')[2].partition('"')[0])


def run(bench: Bench, asked: Target) -> Any:
    return bench.run(bench.rewriter.prepare(asked))


def test_a_function_in_another_file_is_changed(open_shop: tuple[Bench, Target, Path]) -> None:
    bench, asked, folder = open_shop
    prepared = bench.rewriter.prepare(asked)
    assert (prepared.model, prepared.looks_around) == ("claude-opus-5-5", True)

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if len(body["messages"]) == 1:
            return asks(("read_function", QUERIES), ("find_callers", QUERIES))
        source = json.loads(body["messages"][-1]["content"][0]["content"])["source"]
        return {"text": also(LOADED.format(token=source.partition('token="')[2].partition('"')[0]))}

    bench.api.rules[:] = [_rule(reply)]
    proposal = bench.run(prepared)
    (file,) = proposal.others
    assert file.relative == "shop/queries.py"
    assert file.patched == FILES["shop/queries.py"].replace(
        "Book.objects.all()", 'Book.objects.select_related("author")'
    )
    assert proposal.edits == ()
    assert proposal.patched == FILES["shop/views.py"]
    assert "1" in proposal.analyzer_after
    assert proposal.analyzer_after != proposal.analyzer_before
    assert "shop/queries.py" in proposal.summary()
    assert proposal.also[0].startswith("`open_books` in queries.py: ")
    assert proposal.also[0] in proposal.summary()
    assert (folder / "shop/queries.py").read_text() == FILES["shop/queries.py"]  # nothing is written by a run
    assert all(SECRET not in entry["body"] for entry in bench.api.log)
    first, second = results(bench)
    assert "Book.objects.all()" in first["content"]
    callers = json.loads(second["content"])["callers"]
    assert [(one["path"], one["function"]) for one in callers] == [("shop/views.py", "names")]
    # The second turn reads what the first one wrote, tools and all.
    usage = [entry["usage"] for entry in bench.api.log]
    assert usage[1]["cache_read_input_tokens"] >= 0.9 * (
        usage[0]["cache_creation_input_tokens"] + usage[0]["cache_read_input_tokens"]
    )
    assert "looking" in [step.stage for step in bench.seen]


def _rule(reply: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    from fake_messages_api import Rule

    return Rule(reply=reply)


def test_both_functions_may_change(open_shop: tuple[Bench, Target, Path]) -> None:
    bench, asked, _ = open_shop
    names = "def names():\n    return [book.author.name for book in open_books()]"

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if len(body["messages"]) == 1:
            return asks(("read_function", QUERIES))
        source = json.loads(body["messages"][-1]["content"][0]["content"])["source"]
        code = LOADED.format(token=source.partition('token="')[2].partition('"')[0])
        return {"text": also(code) + f"\n<rewrite>\n{names}\n</rewrite>"}

    bench.api.rules[:] = [_rule(reply)]
    proposal = run(bench, asked)
    assert names in proposal.patched
    assert len(proposal.others) == 1


REFUSED = {
    "an absolute path": ("read_function", {"path": "/etc/passwd", "function": "x"}, "relative"),
    "a way out": ("read_function", {"path": "shop/../../etc/passwd", "function": "x"}, "relative"),
    "a home": ("read_function", {"path": "~/x.py", "function": "x"}, "relative"),
    "a drive": ("read_function", {"path": "C:\\x.py", "function": "x"}, "relative"),
    "a secret file": ("read_function", {"path": ".env", "function": "x"}, "never sent"),
    "an ignored file": ("read_function", {"path": "shop/secrets/keys.py", "function": "key"}, "never sent"),
    "a link that leads out": ("read_function", {"path": "shop/link.py", "function": "x"}, "no such file"),
    "a file that is not there": ("read_function", {"path": "shop/none.py", "function": "x"}, "no such file"),
    "a function that is not there": ("read_function", {**QUERIES, "function": "x"}, "there are: open_books"),
    "a model that is not there": ("read_model", {"path": "shop/models.py", "model": "X"}, "Author, Book"),
    "no profile": ("read_profile", QUERIES, "no profile"),
    "another tool": ("run_command", {"command": "ls"}, "no such tool"),
    "a wrong input": ("read_function", {"path": ["shop"], "function": 3}, "string"),
    "more input": ("read_function", {**QUERIES, "command": "ls"}, "nothing else"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_an_error_to_the_model_and_the_rewrite_goes_on(
    open_shop: tuple[Bench, Target, Path], name: str
) -> None:
    bench, asked, folder = open_shop
    (folder.parent / "outside.py").write_text("def x():\n    return 'of another place'\n")
    (folder / "shop/link.py").symlink_to(folder.parent / "outside.py")
    tool, given, told = REFUSED[name]
    bench.rewriter.settings = replace(bench.rewriter.settings, never_send=("**/secrets/**",))
    bench.says(
        asks((tool, given), ("read_model", {"path": "shop/models.py", "model": "Book"})),
        "<no_change>no</no_change>",
    )
    assert bench.fails(bench.rewriter.prepare(asked)).kind == "no-change"
    refused, answered = results(bench)
    assert refused["is_error"]
    assert told in refused["content"]
    assert "another place" not in refused["content"]
    assert str(folder) not in refused["content"] + answered["content"]
    assert not answered["is_error"]
    assert "author -> Author" in answered["content"] or '"to": "Author"' in answered["content"]


UNSEEN = {
    "it has not seen": also("def unused():\n    return 2", function="unused"),
    "cannot be changed": also("def gone():\n    return 2", function="gone"),
    "which cannot be changed: this file": also("def key():\n    return 2", "shop/secrets/keys.py", "key"),
    "a placeholder is missing": also(
        'def open_books():\n    """All books."""\n    return Book.objects.select_related("author")'
    ),
    "more than 5": SHORT + "".join(f'<also path="a.py" function="f{n}">x</also>' for n in range(6)),
    "more than one": also("x") + '<also path="shop/queries.py" function="open_books">y</also>',
    "not written as agreed": also("x") + "<also>y</also>",
    "stands inside": also("<rewrite>x</rewrite>"),
    "changes nothing": also("x") + '<also_imports path="shop/models.py">import os</also_imports>',
    "twice": also("def names():\n    return 2", "shop/views.py", "names"),
}


@pytest.mark.parametrize("told", UNSEEN)
def test_an_edit_elsewhere_must_be_of_what_was_shown_and_as_it_was(
    open_shop: tuple[Bench, Target, Path], told: str
) -> None:
    bench, asked, _ = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, repair=False, never_send=("**/secrets/**",))
    bench.says(asks(("read_function", QUERIES)), UNSEEN[told])
    failure = bench.fails(bench.rewriter.prepare(asked))
    assert failure.kind == "answer"
    assert told in str(failure)


def test_a_rejected_answer_is_repaired_in_the_same_conversation(
    open_shop: tuple[Bench, Target, Path],
) -> None:
    bench, asked, _ = open_shop
    bench.says(
        asks(("read_function", QUERIES)), also("def open_books():\n    return 1"), "<no_change>no</no_change>"
    )
    assert bench.fails(bench.rewriter.prepare(asked)).kind == "no-change"
    assert [m["role"] for m in bench.sent[2]["messages"]] == ["user", "assistant"] * 2 + ["user"]
    assert "placeholder" in bench.sent[2]["messages"][-1]["content"][0]["text"]


def test_questions_have_an_end(open_shop: tuple[Bench, Target, Path]) -> None:
    bench, asked, _ = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, tool_turns=2)
    bench.says(asks(("list_findings", {"path": "shop/views.py"})))
    assert bench.fails(bench.rewriter.prepare(asked)).kind == "stop"
    assert len(bench.sent) == 3
    assert "last answers" in bench.sent[2]["messages"][-1]["content"][-1]["text"]


def test_too_many_questions_of_one_turn_are_all_answered_some_with_no(
    open_shop: tuple[Bench, Target, Path],
) -> None:
    bench, asked, _ = open_shop
    bench.says(asks(*[("read_function", QUERIES)] * (CALLS_PER_TURN + 3)), "<no_change>no</no_change>")
    assert bench.fails(bench.rewriter.prepare(asked)).kind == "no-change"
    assert [result["is_error"] for result in results(bench)] == [False] * CALLS_PER_TURN + [True] * 3


def test_answers_have_a_limit_of_tokens_and_the_rewrite_one_of_money(
    open_shop: tuple[Bench, Target, Path],
) -> None:
    bench, asked, _ = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, tool_tokens=10)
    bench.says(asks(("read_function", QUERIES)), "<no_change>no</no_change>")
    assert bench.fails(bench.rewriter.prepare(asked)).kind == "no-change"
    assert "limit for answers" in results(bench)[0]["content"]
    prepared = bench.rewriter.prepare(asked)
    bench.rewriter.settings = replace(
        bench.rewriter.settings, request_limit_usd=prepared.estimate.worst_usd + 0.0001
    )
    bench.says(asks(("read_function", QUERIES)))
    failure = bench.fails(bench.rewriter.prepare(asked))
    assert failure.kind in ("request-limit", "stop")
    assert failure.cost_usd <= prepared.estimate.worst_usd + 0.0001


LOADED_HERE = 'def names():\n    return [book.author.name for book in open_books().select_related("author")]'


def test_an_answer_made_with_tools_is_kept_while_the_same_is_shown(
    open_shop: tuple[Bench, Target, Path],
) -> None:
    bench, asked, folder = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)
    bench.says(asks(("read_function", QUERIES), ("find_callers", QUERIES)), answer(LOADED_HERE))
    first = run(bench, asked)
    again = run(bench, asked)
    assert (first.from_cache, again.from_cache, len(bench.sent)) == (False, True, 2)
    assert again.patched == first.patched
    assert again.cost_usd == 0
    # What the model looked at has changed, and not the function that was asked about.
    changed = folder / "shop/queries.py"
    changed.write_text(changed.read_text().replace("All books", "The books that are open"))
    bench.says(asks(("read_function", QUERIES)), answer(LOADED_HERE))
    assert not run(bench, asked).from_cache
    assert len(bench.sent) == 4


def test_edits_of_other_files_are_kept_too(open_shop: tuple[Bench, Target, Path]) -> None:
    bench, asked, _ = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if len(body["messages"]) == 1:
            return asks(("read_function", QUERIES))
        source = json.loads(body["messages"][-1]["content"][0]["content"])["source"]
        return {"text": also(LOADED.format(token=source.partition('token="')[2].partition('"')[0]))}

    bench.api.rules[:] = [_rule(reply)]
    first, again = run(bench, asked), run(bench, asked)
    assert again.from_cache
    assert len(bench.sent) == 2
    (file,) = again.others
    assert file.patched == first.others[0].patched
    assert SECRET in file.patched  # what was redacted comes back from this machine


def test_a_damaged_record_of_questions_is_no_answer(open_shop: tuple[Bench, Target, Path]) -> None:
    bench, asked, _ = open_shop
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)
    key = looked.key_of(key_of(bench.rewriter.prepare(asked).body))
    for kept in (
        "",
        "{}",
        "[]",
        '{"asked": [3], "told": "", "text": "x"}',
        '{"asked": [[{}]], "told": 1, "text": 2}',
    ):
        bench.rewriter.answers.put(key, kept, 1, 10)
        bench.says(answer(LOADED_HERE))
        before = len(bench.sent)
        assert not run(bench, asked).from_cache
        assert len(bench.sent) == before + 1
        bench.rewriter.answers.clear()


class Slow:
    """Answers after 0.3 s, whatever is asked; `late` breaks the second one."""

    def __init__(self) -> None:
        self.running = self.most = 0

    def inside(self, path: str) -> bool:
        return True

    async def answer(self, tool: str, path: str, function: str) -> Any:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.3)
        self.running -= 1
        if function == "broken":
            raise RuntimeError("/srv/secret/path")
        return {"function": function}

    async def target(self, path: str, function: str) -> Target:
        raise LookupError


def test_questions_of_one_turn_are_answered_side_by_side(bench: Bench) -> None:
    slow = Slow()
    desk = Desk(slow, bench.rewriter.settings, Redactor(), 1000)
    calls = [
        {"id": name, "name": "read_function", "input": {"path": "a.py", "function": name}}
        for name in ("one", "broken", "three")
    ]
    began = time.monotonic()
    found = bench.wait(desk.answer_all(calls))
    assert time.monotonic() - began < 0.8
    assert slow.most == 3
    assert [result["tool_use_id"] for result in found] == ["one", "broken", "three"]
    assert [result["is_error"] for result in found] == [False, True, False]
    assert "/srv/secret" not in found[1]["content"]


def test_only_the_route_with_tools_takes_other_functions() -> None:
    with pytest.raises(RewriteFailed):
        parse(also("x"))
    parsed = parse(also("x") + '<also_imports path="shop/queries.py">import re</also_imports>', several=True)
    assert [(one.path, one.function, one.code, one.imports) for one in parsed.also] == [
        ("shop/queries.py", "open_books", "x", "import re")
    ]
    assert parse(answer("def f(): ..."), several=True).also == ()
