"""Queries that a program sent: counted by shape and place, no parameter kept, loops confirmed."""

from __future__ import annotations

import json

import pytest

from analyzers.profiles import link
from analyzers.profiles.read import load, read
from analyzers.profiles.statements import shape

from .programs import SAMPLES, Sources, sources


@pytest.mark.parametrize(
    ("name", "count", "table"),
    [
        ("sql/connection_queries.json", 30, "n1_author"),
        ("sql/django_db_backends.log", 30, "n1_author"),
        ("sql/sqlalchemy_echo.log", 20, "author"),
        ("sql/otlp_traces.json", 30, "n1_author"),
    ],
)
def test_the_repeated_query_of_every_sample(name: str, count: int, table: str) -> None:
    profile = load(SAMPLES / name)
    most = profile.queries[0]
    assert (profile.kind, most.count) == ("queries", count)
    assert f"FROM {table}" in most.statement.replace('"', "")
    assert most.variants in (None, count)
    assert all(query.count == 1 for query in profile.queries[1:])


def test_a_trace_names_the_place() -> None:
    texts = sources("djapp")
    project = Sources(texts)
    linked = link(load(SAMPLES / "sql/otlp_traces.json"), project, ["/ws"], project.text_of)
    (time,) = linked.functions
    assert (time.qualname, time.link) == ("book_list", "exact")
    repeated = [each for each in time.sent if each.repeated]
    assert [(each.count, each.line) for each in repeated] == [(30, 40)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT * FROM a WHERE id = 17", "SELECT * FROM a WHERE id = ?"),
        ("SELECT * FROM a WHERE name = 'O''Brien' AND x IN (1, 2, 3)", "SELECT * FROM a WHERE name = ? AND x IN (?)"),
        ("SELECT * FROM a WHERE id IN (%s, %s)", "SELECT * FROM a WHERE id IN (?)"),
        ("SELECT * FROM a WHERE id = $1 AND b = :name AND c = %(x)s", "SELECT * FROM a WHERE id = ? AND b = ? AND c = ?"),
        ('SELECT "a"."id" FROM "a" WHERE "a"."id" = "b"."id"', 'SELECT "a"."id" FROM "a" WHERE "a"."id" = "b"."id"'),
        ("SELECT * FROM a WHERE mail = \"x@y.test\"", "SELECT * FROM a WHERE mail = ?"),
        ("INSERT INTO a (b) VALUES (1, \"x\"), (2, \"y\")", "INSERT INTO a (b) VALUES (?)"),
        ("SELECT t1.x2 FROM t1 /* secret */ -- token\nWHERE t1.x2 > -1.5e3", "SELECT t1.x2 FROM t1 WHERE t1.x2 > ?"),
        ("SELECT 'cut off", "SELECT ?"),
        ("SELECT x::text FROM a", "SELECT x::text FROM a"),
    ],
)  # fmt: skip
def test_the_shape_of_a_statement(statement: str, expected: str) -> None:
    assert shape(statement) == expected


def test_no_parameter_is_kept() -> None:
    log = (
        "12:00:00,1 DEBUG django.db.backends (0.001) SELECT * FROM a WHERE mail = 'ann@x.test'; args=('ann@x.test',); alias=default\n"
        "12:00:00,2 DEBUG django.db.backends (0.001) SELECT * FROM a\nWHERE mail = 'bob@x.test'; args=('bob@x.test',); alias=default\n"
    )
    profile = read(log.encode())
    assert [(query.count, query.variants) for query in profile.queries] == [(2, 2)]
    assert "x.test" not in repr(profile)


def test_a_second_of_silence_ends_a_request() -> None:
    log = "".join(
        f"12:00:{second:02},000 DEBUG django.db.backends (0.001) SELECT * FROM a WHERE id = {second}; args=({second},)\n"
        for second in (1, 1, 2, 9, 9)
    )
    assert [(query.count, query.request) for query in read(log.encode()).queries] == [(3, 0), (2, 1)]


def test_rows_inserted_in_pieces_are_one_statement() -> None:
    profile = load(SAMPLES / "sql/sqlalchemy_echo.log")
    assert sorted(query.count for query in profile.queries if query.statement.startswith("INSERT")) == [1, 1]


def test_spans_without_a_place_take_the_one_above_them() -> None:
    def span(ident: str, parent: str, **attributes: object) -> dict[str, object]:
        listed = [
            {
                "key": key.replace("_", "."),
                "value": {"intValue" if isinstance(value, int) else "stringValue": value},
            }
            for key, value in attributes.items()
        ]
        return {"traceId": "t", "spanId": ident, "parentSpanId": parent, "attributes": listed}

    spans = [span("a", "", code_filepath="/app/views.py", code_lineno=7, code_function="books")]
    spans += [span(f"b{n}", "a", db_statement=f"SELECT * FROM x WHERE id = {n}") for n in range(6)]
    batch = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    for data in (batch, f"{batch}\n{batch}\n"):
        profile = read(data.encode())
        query = profile.queries[0]
        assert query.count == 6 * data.count("resourceSpans")
        assert profile.frames[query.frame].name == "books"


def test_the_debug_toolbars_stack_gives_the_place() -> None:
    stack = [
        ["/app/views.py", 12, "books", "for book in books", {}],
        ["/x/site-packages/django/db/models/query.py", 99, "__iter__", "", {}],
    ]
    queries = [
        {"sql": f"SELECT * FROM x WHERE id = {n}", "duration": 1.5, "stacktrace": stack} for n in range(7)
    ]
    profile = read(json.dumps(queries).encode())
    assert profile.frames[profile.queries[0].frame].line == 12
    assert profile.total == pytest.approx(0.0105)
