"""One stand-in API, one event loop and one rewriter with its child process for all tests of this folder: the SDK's
import takes seconds. Each test gets them empty and healthy."""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))

from fake_messages_api import FakeAPI, Rule

from analyzers.findings import Confidence, Cost, Finding, FunctionReport, Place, Reason, Related, Severity
from analyzers.text import Span
from lsp_server.rewrites import (
    Checked,
    ContextPart,
    Prepared,
    Progress,
    Proposal,
    RewriteFailed,
    Rewriter,
    RewriteSettings,
    Target,
)

KEY = "sk-ant-test"
ROOT = "/srv/shop/"

MODULE = '''"""Orders and their owners."""

from collections import Counter

from shop.models import Order


def pair(orders, users):
    """Each order with its user."""
    out = []
    for order in orders:
        for user in users:
            if user.id == order.user_id:
                out.append((order, user))
                break
    return out


class Report:
    def unknown(self, wanted, have):
        missing = []
        for name in wanted:
            if name not in [h.name for h in have]:
                missing.append(name)
        return missing


def total(orders):
    return sum(order.price for order in orders)
'''

PAIR = '''def pair(orders, users):
    """Each order with its user."""
    by_id = {}
    for user in users:
        by_id.setdefault(user.id, user)
    out = []
    for order in orders:
        if order.user_id in by_id:
            out.append((order, by_id[order.user_id]))
    return out'''

UNKNOWN = """    def unknown(self, wanted, have):
        names = {h.name for h in have}
        missing = []
        for name in wanted:
            if name not in names:
                missing.append(name)
        return missing"""


def answer(code: str, *, before: str = "time O(n^2)", after: str = "time O(n)", **tags: str) -> str:
    """An answer in the agreed form."""
    more = "".join(f"<{tag}>{text}</{tag}>\n" for tag, text in tags.items())
    return (
        f"<before>{before}</before>\n<after>{after}</after>\n<why>One pass builds an index.</why>\n"
        f"<assumptions>none</assumptions>\n{more}<rewrite>\n{code}\n</rewrite>"
    )


Definition = ast.FunctionDef | ast.AsyncFunctionDef


def node_of(text: str, qualname: str) -> Definition:
    """A Python function by its qualname."""
    pending = [("", node) for node in ast.parse(text).body]
    while pending:
        prefix, node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{prefix}{node.name}"
            pending += [(f"{name}.", child) for child in node.body]
            if name == qualname and not isinstance(node, ast.ClassDef):
                return node
    raise LookupError(qualname)


def span_of(text: str, qualname: str) -> Span:
    """The bytes of a Python function with its decorators."""
    try:
        node = node_of(text, qualname)
    except SyntaxError:
        return span_of(text[: text.index("\n\n\ndef broken")], qualname)
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    first = node.decorator_list[0] if node.decorator_list else node
    start = starts[first.lineno - 1] + first.col_offset - bool(node.decorator_list)
    return Span(start, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0))


def target(qualname: str = "pair", text: str = MODULE, **changes: Any) -> Target:
    """A Python function of `shop/orders.py` with one finding."""
    span = span_of(text, qualname)
    path = ROOT + "shop/orders.py"
    place = Place(path, Span(span.start + 10, span.start + 14))
    finding = Finding(
        "nested-scan",
        place,
        "users is scanned once per order",
        Severity.WARNING,
        Confidence.HIGH,
        Cost("O(|orders|·|users|)", "O(|orders| + |users|)"),
        qualname,
        related=(Related(place, "this loop runs |orders| times"),),
    )
    base = Target(
        path=path,
        relative="shop/orders.py",
        language="python",
        text=text,
        version=3,
        span=span,
        qualname=qualname,
        findings=(finding,),
        report=report(qualname, "quadratic"),
        imports="from collections import Counter\n\nfrom shop.models import Order\n",
        module=(
            ContextPart(
                "shop/models.py", "model Order", "class Order(Model):\n    user = ForeignKey(User)\n"
            ),
            ContextPart("shop/models.py", "model User", "class User(Model):\n    name = CharField()\n"),
        ),
    )
    return replace(base, **changes)


TIMES = {"constant": "O(1)", "linear": "O(n)", "quadratic": "O(n^2)", "cubic": "O(n^3)", "unknown": "unknown"}


def report(qualname: str, time_class: str, queries: str = "") -> FunctionReport:
    place = Place(ROOT + "shop/orders.py", Span(0, 1))
    return FunctionReport(
        qualname,
        place,
        Span(0, 1),
        TIMES[time_class],
        time_class,
        "O(n)",
        sizes={"n": "|orders|"},
        why=(Reason(place, "loop"),),
        queries=queries,
    )


def loop_depth(node: ast.AST) -> int:
    """How deep loops and comprehensions nest: a stand-in for the analyzer."""
    own = isinstance(node, (ast.For, ast.While, ast.AsyncFor))
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return len(node.generators) + loop_depth(node.elt)
    return own + max((loop_depth(child) for child in ast.iter_child_nodes(node)), default=0)


def check(asked: Target, patched: str) -> Checked:
    """Says what the loop depth of the function is before and after."""

    def class_of(text: str) -> str:
        return ("constant", "linear", "quadratic", "cubic")[min(3, loop_depth(node_of(text, asked.qualname)))]

    before, after = report(asked.qualname, class_of(asked.text)), report(asked.qualname, class_of(patched))
    left = asked.findings if after.time_class == "quadratic" else ()
    return Checked(before, after, asked.findings, left)


@dataclass
class Bench:
    """The stand-in, the rewriter, and the loop both live on."""

    loop: asyncio.AbstractEventLoop
    api: FakeAPI
    url: str
    rewriter: Rewriter
    environ: dict[str, str]
    seen: list[Progress] = field(default_factory=list)

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(coroutine)

    def says(self, *texts: str | dict[str, Any], **rule: Any) -> None:
        """The stand-in's next answers, the last one for ever."""
        rules = [Rule(reply={"text": t} if isinstance(t, str) else t, times=1, **rule) for t in texts]
        rules[-1].times = None
        self.api.rules[:] = rules

    def run(self, prepared: Prepared) -> Proposal:
        self.seen.clear()
        return self.wait(self.rewriter.run(prepared, self.seen.append))  # type: ignore[no-any-return]

    def fails(self, prepared: Prepared) -> RewriteFailed:
        """The failure of a run: one sentence, which leaves the text as it was."""
        with pytest.raises(RewriteFailed) as caught:
            self.run(prepared)
        sentence = str(caught.value)
        assert sentence
        assert "\n" not in sentence
        assert "Traceback" not in sentence
        return caught.value

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [entry["json"] for entry in self.api.log if entry.get("json")]


@pytest.fixture(scope="session")
def shared_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    api = FakeAPI()
    serving = api.serve()
    url = loop.run_until_complete(serving.__aenter__())
    folder = tmp_path_factory.mktemp("rewrites")
    environ = {"PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
    rewriter = Rewriter(RewriteSettings(), folder / "state", folder / "cache", check, lambda: environ)
    yield Bench(loop, api, url, rewriter, environ)
    loop.run_until_complete(rewriter.close())
    loop.run_until_complete(serving.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
def bench(shared_bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    """Healthy again: no rules, no cache on either side, settings without the answer cache and without limits."""
    from lsp_server.rewrites.asking.calibration import Calibration
    from lsp_server.rewrites.keeping.cache import AnswerCache
    from lsp_server.rewrites.keeping.ledger import Ledger

    api, rewriter = shared_bench.api, shared_bench.rewriter
    api.rules.clear()
    api.log.clear()
    api.cache.entries.clear()
    api.latency = {}
    api.peak = 0
    rewriter.settings = RewriteSettings(cache_answers=False, daily_limit_usd=0, request_limit_usd=0)
    rewriter.ledger, rewriter.answers = Ledger(tmp_path / "state"), AnswerCache(tmp_path / "cache")
    rewriter.calibration = rewriter._line.calibration = Calibration(tmp_path / "state")
    rewriter._line.forget()  # forgets which prefixes are warm, as the stand-in has just done
    environ = dict(shared_bench.environ)
    yield shared_bench
    shared_bench.environ.clear()
    shared_bench.environ.update(environ)


Make = Callable[..., Target]
