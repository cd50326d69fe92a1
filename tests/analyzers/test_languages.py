"""The rows of `languages/` and the tables behind them."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from printing import show

from analyzers.extract import facts_of
from analyzers.languages import LANGUAGES, PYTHON, TYPESCRIPT, Language, by_name, for_id, for_path
from analyzers.languages.grammar import Tables, build


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b.py", "python"),
        ("/a/b.pyi", "python"),
        ("/a/B.PY", "python"),
        ("/a/b.js", "javascript"),
        ("/a/b.jsx", "javascript"),
        ("/a/b.mjs", "javascript"),
        ("/a/b.d.ts", "typescript"),
        ("/a/b.cts", "typescript"),
        ("/a/b.tsx", "tsx"),
        ("/a/b.md", None),
        ("/a.py/b", None),
        ("", None),
    ],
)
def test_a_file_has_the_language_of_its_suffix(path: str, name: str | None) -> None:
    language = for_path(path)
    assert (language and language.name) == name


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("python", "python"),
        ("javascriptreact", "javascript"),
        ("typescript", "typescript"),
        ("typescriptreact", "tsx"),
        ("rust", None),
    ],
)
def test_an_editors_language_id_names_a_language(id: str, name: str | None) -> None:
    language = for_id(id)
    assert (language and language.name) == name


def test_no_suffix_and_no_id_belongs_to_two_languages() -> None:
    suffixes = [suffix for language in LANGUAGES for suffix in language.suffixes]
    ids = [id for language in LANGUAGES for id in language.ids]
    assert len(suffixes) == len(set(suffixes))
    assert len(ids) == len(set(ids))


def test_a_language_crosses_processes_as_the_same_row() -> None:
    for language in LANGUAGES:
        assert pickle.loads(pickle.dumps(language)) is language
        assert by_name(language.name) is language


def test_grammars_load_on_first_use_only() -> None:
    code = "import sys, analyzers.languages as l; l.for_path('a.py'); print([m for m in sys.modules if m.startswith('tree_sitter')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_tables_fit_their_grammar(language: Language) -> None:
    grammar = build(language)
    assert grammar.definitions
    assert grammar.blocks
    assert grammar.comments


def test_a_dialect_has_the_shapes_of_its_base_and_its_own() -> None:
    kinds = TYPESCRIPT.grammar.language
    handlers = TYPESCRIPT.grammar.exprs
    of_base = handlers[kinds.id_for_node_kind("member_expression", True)]
    own = handlers[kinds.id_for_node_kind("array_type", True)]
    assert {of_base.__module__, own.__module__} == {
        "analyzers.languages.expressions",
        "analyzers.languages.javascript.lower",
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[expressions]\nno_such_node = "Name"', "no node kind 'no_such_node'"),
        ('[expressions]\nidentifier = "Nome"', "identifier: no expression shape 'Nome'"),
        ('[statements]\nassignment = { shape = "Assign", target = "lft" }', "target = 'lft'"),
        ('[statements]\nassignment = { shape = "Assign", tagret = "left" }', "no role tagret"),
        ('blocks = ["no_such_block"]', "no node kind 'no_such_block'"),
    ],
)
def test_a_faulty_table_says_what_is_wrong(tmp_path: Path, table: str, message: str) -> None:
    class Elsewhere(Language):
        @property
        def folder(self) -> Path:
            return tmp_path

    (tmp_path / "shapes.toml").write_text(table + "\n[operators]\n" if "operators" not in table else table)
    language = Elsewhere(**{f.name: getattr(PYTHON, f.name) for f in dataclasses.fields(PYTHON)})
    with pytest.raises(ValueError, match=r"shapes\.toml") as raised:
        build(language)
    assert message in str(raised.value)


def test_every_kind_in_a_dialects_own_table_is_checked(tmp_path: Path) -> None:
    """Only what comes from the base may be missing in a dialect's grammar."""
    base, dialect = tmp_path / "base", tmp_path / "dialect"
    base.mkdir()
    dialect.mkdir()
    (base / "shapes.toml").write_text('skip = ["jsx_text"]\n[expressions]\njsx_element = "Leaf"\n')
    (dialect / "shapes.toml").write_text('extends = "base"\n[expressions]\nmistyped = "Leaf"\n')
    tables = Tables(dialect, TYPESCRIPT.grammar.language)
    assert tables.ids("jsx_element") == []
    with pytest.raises(ValueError, match="mistyped"):
        tables.ids("mistyped")


def test_a_language_may_be_tables_alone(tmp_path: Path) -> None:
    """A folder without a `lower.py` uses the common shapes only."""

    class Elsewhere(Language):
        @property
        def folder(self) -> Path:
            return tmp_path

    (tmp_path / "shapes.toml").write_text(
        'comments = ["comment"]\nskip = ["comment"]\nblocks = ["module", "block"]\n[operators]\n[parameters]\n'
        '[expressions]\nidentifier = "Name"\ncall = { shape = "Call", list = "argument_list" }\n'
        '[statements]\nexpression_statement = "Do"\n'
        'for_statement = { shape = "For", target = "left", iter = "right", body = "body" }\n'
    )
    fields = {field.name: getattr(PYTHON, field.name) for field in dataclasses.fields(PYTHON)}
    language = Elsewhere(**{**fields, "name": "small", "data": "no_such_package"})
    facts = facts_of(b"for x in xs:  # why\n    f(x)\n", language)
    assert show(facts) == "For x xs\n  Do (Call f [x])"
