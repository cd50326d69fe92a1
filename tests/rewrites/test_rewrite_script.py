"""The same for TypeScript: what an answer must keep and must not bring in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import answer, target

from analyzers import extract, languages
from analyzers.text import Span
from lsp_server.rewrites import RewriteFailed, RewriteSettings, prepare
from lsp_server.rewrites.checking.validate import check_answer
from lsp_server.rewrites.contract import Target
from lsp_server.rewrites.proposal import parse

SCRIPT = """import { Row } from "./rows";

/** Rows by their id. */
export function byId(rows: Row[], first = true): Record<string, Row> {
  return rows.reduce((acc, row) => ({ ...acc, [row.id]: row }), {});
}

export class Store {
  constructor(private rows: Row[]) {}

  async find(ids: string[]): Promise<Row[]> {
    return this.rows.filter((row) => ids.includes(row.id));
  }
}
"""
BY_ID = """export function byId(rows: Row[], first = true): Record<string, Row> {
  const acc: Record<string, Row> = {};
  for (const row of rows) {
    acc[row.id] = row;
  }
  return acc;
}"""
FIND = """  async find(ids: string[]): Promise<Row[]> {
    const wanted = new Set(ids);
    return this.rows.filter((row) => wanted.has(row.id));
  }"""


def script(qualname: str, suffix: str = "ts", text: str = SCRIPT) -> Target:
    """A function of a TypeScript file, where the analyzer finds it."""
    path = f"/srv/shop/src/rows.{suffix}"
    language = languages.for_path(path)
    assert language is not None
    (found,) = [f for f in extract.facts_of(text.encode(), language).functions if f.qualname == qualname]
    return replace(
        target(), path=path, relative=f"src/rows.{suffix}", language=language.name, text=text, qualname=qualname,
        span=Span(found.start, found.end), findings=(), report=None,
    )  # fmt: skip


@pytest.mark.parametrize("code", [BY_ID, BY_ID.replace("export ", ""), BY_ID + ";"])
@pytest.mark.parametrize("suffix", ["ts", "tsx"])
def test_a_typescript_function_is_replaced(code: str, suffix: str) -> None:
    asked = script("byId", suffix)
    candidate = check_answer(prepare(asked, RewriteSettings()), parse(answer(code)))
    assert candidate.patched.decode() == SCRIPT.replace(
        SCRIPT[SCRIPT.index("export function") : SCRIPT.index("\n\nexport class")], BY_ID
    )


def test_a_typescript_method_is_replaced() -> None:
    candidate = check_answer(prepare(script("Store.find"), RewriteSettings()), parse(answer(FIND)))
    assert FIND in candidate.patched.decode()


SCRIPT_HOSTILE = {
    "another name": answer(BY_ID.replace("byId", "indexed")),
    "another parameter": answer(BY_ID.replace("first = true", "first = false")),
    "another type": answer(BY_ID.replace("Record<string, Row> {", "Map<string, Row> {")),
    "async": answer(BY_ID.replace("function", "async function")),
    "a syntax error": answer(BY_ID.replace("return acc;\n}", "return acc;")),
    "a statement behind it": answer(BY_ID + "\nglobal.x = 1;"),
    "a second function": answer(BY_ID + "\nfunction more() { return 1; }"),
    "an elision": answer(BY_ID.replace("return acc;", "// ... rest of the function\n  return acc;")),
    "eval": answer(BY_ID.replace("return acc;", "eval('1');\n  return acc;")),
    "fetch": answer(BY_ID.replace("return acc;", "fetch('http://x');\n  return acc;")),
    "the environment": answer(BY_ID.replace("return acc;", "process.env.KEY;\n  return acc;")),
    "a foreign import": answer(BY_ID, imports='import { groupBy } from "lodash";'),
    "code among the imports": answer(BY_ID, imports='import { a } from "./rows"; alert(1)'),
    "a helper that is a statement": answer(BY_ID, aux="const x = 1;"),
    "silences the compiler": answer(BY_ID.replace("return acc;", "// @ts-ignore\n  return acc;")),
}


@pytest.mark.parametrize("name", SCRIPT_HOSTILE)
def test_a_hostile_typescript_answer_is_not_accepted(name: str) -> None:
    asked = script("byId")
    with pytest.raises(RewriteFailed):
        check_answer(prepare(asked, RewriteSettings()), parse(SCRIPT_HOSTILE[name]))


def test_an_arrow_function_is_replaced_inside_its_statement() -> None:
    text = "const known = (ids: string[], all: string[]) => {\n  return ids.filter((id) => all.includes(id));\n};\n"
    asked = script("known", text=text)
    new = "(ids: string[], all: string[]) => {\n  const set = new Set(all);\n  return ids.filter((id) => set.has(id));\n}"
    for code in (new, "const known = " + new + ";"):
        candidate = check_answer(prepare(asked, RewriteSettings()), parse(answer(code)))
        assert candidate.patched.decode() == f"const known = {new};\n"


def test_an_import_of_a_known_module_goes_behind_the_last_one() -> None:
    code = BY_ID.replace("acc[row.id] = row;", "acc[Keep.ID] = acc[row.id] = row;")
    candidate = check_answer(
        prepare(script("byId"), RewriteSettings()),
        parse(answer(code, imports='import { Keep } from "./rows";')),
    )
    assert candidate.patched.decode().startswith(
        'import { Row } from "./rows";\nimport { Keep } from "./rows";\n\n/**'
    )
