"""Old and new versions that are run: what is proved, what is told to differ, and what is never run at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lsp_server.verify import CannotVerify, verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no limits for a process there")

JOIN = """
def f(orders, users):
    out = []
    for order in orders:
        for user in users:
            if user.id == order.user_id:
                out.append((order, user))
                break
    return out
"""
PROVED = {
    "a join of rows": (
        JOIN,
        """
def f(orders, users):
    by_id = {}
    for user in users:
        by_id.setdefault(user.id, user)
    return [(order, by_id[order.user_id]) for order in orders if order.user_id in by_id]
""",
    ),
    "a test of membership inside the interpreter": (
        "def f(a: list[int], b: list[int]):\n    return [x for x in a if x not in b]\n",
        "def f(a: list[int], b: list[int]):\n    known = set(b)\n    return [x for x in a if x not in known]\n",
    ),
    "a copy on every turn": (
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out + [x]\n    return out\n",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out\n",
    ),
    "a queue, and what becomes of it": (
        "def f(todo):\n    out = []\n    while todo:\n        out.append(todo.pop(0))\n    return out\n",
        "def f(todo):\n    todo.reverse()\n    out = []\n    while todo:\n        out.append(todo.pop())\n    return out\n",
    ),
    "a recursion": (
        "def f(n: int):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
        "def f(n: int):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n",
    ),
    "a helper, an import and a generator": (
        """
from collections import Counter

def many(words, word):
    return words.count(word)

def f(words: "list[str]"):
    for word in words:
        yield many(words, word)
""",
        """
from collections import Counter

def f(words: "list[str]"):
    counts = Counter(words)
    for word in words:
        yield counts[word]
""",
    ),
}
DIFFERENT = {
    "another of several wins": (
        JOIN,
        """
def f(orders, users):
    by_id = {user.id: user for user in users}
    return [(order, by_id[order.user_id]) for order in orders if order.user_id in by_id]
""",
    ),
    "the order is lost": (
        "def f(xs: list[int]):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n",
        "def f(xs: list[int]):\n    return sorted(set(xs))\n",
    ),
    "the argument is changed": (
        "def f(xs: list[int]):\n    return [x for x in xs if x in sorted(xs)]\n",
        "def f(xs: list[int]):\n    found = [x for x in xs]\n    xs.sort()\n    return found\n",
    ),
    "an error is lost": (
        "def f(xs: list[int]):\n    return [xs.index(x) for x in xs] + [max(xs)]\n",
        "def f(xs: list[int]):\n    at = {}\n    for i, x in enumerate(xs):\n        at.setdefault(x, i)\n    return [at[x] for x in xs] + [max(xs, default=0)]\n",
    ),
}
SAME_WORK = (
    "def f(a: list[int], b: list[int]):\n    return [x for x in a if x not in b]\n",
    "def f(a: list[int], b: list[int]):\n    out = []\n    for x in a:\n        if x not in b:\n            out.append(x)\n    return out\n",
)
NEVER_RUN = {
    "a file": "def f(xs):\n    return [open(x) for x in xs]\n",
    "a module that does more": "import os\n\ndef f(xs):\n    return [os.stat(x) for x in xs]\n",
    "a module inside a harmless one": "import enum\n\ndef f(xs):\n    return [enum.sys for x in xs]\n",
    "a module that is handed on": "import enum\n\ndef f(xs):\n    m = enum\n    return [m.sys for x in xs]\n",
    "a way out by names": "def f(xs):\n    return ().__class__.__base__\n",
    "a way out by text": "import operator\n\ndef f(xs):\n    return operator.attrgetter('__class__')(xs)\n",
    "a format that is computed": "def f(xs):\n    return [x.format(xs) for x in xs]\n",
    "text that is run": "def f(xs):\n    return [eval(x) for x in xs]\n",
    "an unknown name": "from shop import helper\n\ndef f(xs):\n    return [helper(x) for x in xs]\n",
    "a helper's file": "def g(x):\n    return open(x)\n\ndef f(xs):\n    return [g(x) for x in xs]\n",
    "a method": "class A:\n    def f(self, xs):\n        return xs\n",
    "something outside": "seen = []\n\ndef f(xs):\n    global seen\n    seen = xs\n",
    "a wait": "async def f(xs):\n    return xs\n",
    "no argument": "def f():\n    return 1\n",
    "a loop without an end": "def f(xs):\n    while True:\n        pass\n",
    "all the memory": "def f(xs):\n    ys = [0]\n    while True:\n        ys = ys * 2\n",
    "broken code": "def f(xs:\n",
}


@pytest.mark.parametrize("name", PROVED)
def test_less_work_is_proved(name: str) -> None:
    verdict = verify(*PROVED[name], "f")
    assert verdict.proved, verdict.summary()
    before, after = verdict.growth
    assert before > after
    assert verdict.summary().startswith("Verified: the same answers on ")


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_behaviour_is_told(name: str) -> None:
    verdict = verify(*DIFFERENT[name], "f")
    assert not verdict.proved
    assert verdict.summary().startswith("Not verified: the two versions differ. At n = ")


def test_the_same_work_is_no_proof() -> None:
    verdict = verify(*SAME_WORK, "f")
    assert (verdict.proved, verdict.difference) == (False, "")
    assert "does not grow more slowly" in verdict.summary()
    assert verdict.as_dict()["proved"] is False


@pytest.mark.parametrize("name", NEVER_RUN)
def test_what_may_do_more_than_compute_is_not_verified(name: str, tmp_path: Path) -> None:
    new = "def f(xs):\n    return 1\n"
    with pytest.raises(CannotVerify) as caught:
        verify(NEVER_RUN[name], new, "A.f" if name == "a method" else "f")
    assert "\n" not in str(caught.value)


def test_the_new_version_is_held_to_the_same() -> None:
    with pytest.raises(CannotVerify, match="open"):
        verify("def f(xs):\n    return xs + xs\n", "def f(xs):\n    return [open(x) for x in xs]\n", "f")
    with pytest.raises(CannotVerify, match="same"):
        verify(JOIN, JOIN + "\n# a comment\n", "f")
    with pytest.raises(CannotVerify, match="queries"):
        verify(*SAME_WORK, "f", queries=True)


ESCAPES = {
    "a file": "f = print.__self__.open; f('/etc/passwd')",
    "another file to write": "import io; io.open_code('/etc/passwd')",
    "a process": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a fork": "import os; os.fork()",
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "foreign code": "import ctypes",
    "a folder": "import os; os.listdir('/')",
    "a removal": "import os; os.unlink('/nowhere')",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_the_process_itself_can_do_nothing_but_compute(name: str) -> None:
    """The second wall: what would get past the test of the code still meets the process's own limits."""
    import subprocess

    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import os, io, socket, subprocess
from lsp_server.verify import child
child.give_up_everything()
try:
    exec({ESCAPES[name]!r})
except child.Refused as refused:
    print("refused", refused)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("refused"), done.stderr
