"""The first edit of a document finds everything in place that an edit needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

SOURCE = """\
def common(first, second):
    found = []
    for one in first:
        if one in list(second):
            found.append(one)
    return found


def total(numbers):
    return sum(numbers)
"""

FIRST_EDIT = """
import sys
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

source, path, settings = {source!r}, "/w/shop/joins.py", Settings()
engine = Engine()
engine.analyse(path, Text.of(source), "python", settings)
engine.rehearse(path)
before = set(sys.modules)
edited = Text.of(source.replace("return found", "return found[1:]"))
assert engine.ready(path, edited)
engine.analyse(path, edited, "python", settings)
print(sorted(set(sys.modules) - before))
"""


def test_the_first_edit_imports_nothing() -> None:
    code = FIRST_EDIT.format(source=SOURCE)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


NEXT_DOCUMENT = """
import tomllib
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

engine = Engine()
engine.analyse("/w/shop/short.py", Text.of("x = 1\\n"), "python", Settings())
engine.rehearse("/w/shop/short.py")
read, loads = [], tomllib.loads
tomllib.loads = lambda text: read.append(text[:80]) or loads(text)
assert engine.analyse("/w/shop/joins.py", Text.of({source!r}), "python", Settings())
print(read)
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tables are read by another module there")
def test_the_next_document_reads_no_tables() -> None:
    code = NEXT_DOCUMENT.format(source=SOURCE)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_rehearsal_changes_nothing() -> None:
    path, settings = "/w/shop/joins.py", Settings()
    engine = Engine()
    found = engine.analyse(path, Text.of(SOURCE), "python", settings)
    known = engine.project.facts(path)
    engine.rehearse(path)
    assert engine.project.facts(path) is known
    assert engine.analyse(path, Text.of(SOURCE), "python", settings) == found
    assert engine.analyse(path, Text.of(SOURCE + "\n"), "python", settings) == found


def test_what_is_no_open_document_is_left_alone() -> None:
    engine = Engine()
    engine.rehearse("/w/shop/joins.py")
    engine.analyse("/w/shop/page.html", Text.of("<p>{{ one }}</p>"), "html", Settings())
    engine.rehearse("/w/shop/page.html")
    assert engine.project.facts("/w/shop/joins.py") is None
