"""Statements written line by line, or by a caller for each turn, and parameters taken from all names at hand."""

import sqlite3


def all_names_as_parameters(connection: sqlite3.Connection, ids):
    for pk in ids:
        print(connection.execute("SELECT name FROM customers WHERE id = :pk", locals()).fetchone())  # grows


def _named(connection, pk):
    row = connection.execute("SELECT name FROM customers WHERE id = :pk", locals()).fetchone()
    return row[0] if row else None


def all_names_of_a_helper(connection: sqlite3.Connection, ids):
    print([_named(connection, pk) for pk in ids])  # grows


def all_names_once(connection: sqlite3.Connection, ids):
    pk = ids[0]
    print(connection.execute("SELECT name FROM customers WHERE id = :pk", {"pk": pk}).fetchone())


def _written(db, ids):
    for pk in ids:
        db.execute(  # grows
            "\n".join(
                (
                    "INSERT INTO events",
                    "(kind, customer)",
                    "VALUES (?, ?)",
                )
            ),
            ["line", pk],
        )


def written_line_by_line(connection: sqlite3.Connection, ids):
    _written(connection, ids)


def _asked(db, ids):
    places = ", ".join("?" * len(ids))
    lines = ("SELECT name", "FROM customers", f"WHERE id IN ({places})")
    return db.execute("\n".join(lines), ids).fetchall()


def lines_that_ask_for_all(connection: sqlite3.Connection, ids):
    for (name,) in _asked(connection, ids):
        print(name)


def lines_for_many_rows(connection: sqlite3.Connection, ids):
    lines = ("INSERT INTO events", "(kind, customer)", "VALUES (?, ?)")
    connection.executemany("\n".join(lines), [("line", pk) for pk in ids])


def _asked_by_text(connection, text):
    return connection.execute(text).fetchall()


def a_statement_for_each_table(connection: sqlite3.Connection, ids):
    tables = _asked_by_text(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
    for row in tables:
        print(_asked_by_text(connection, 'PRAGMA table_info("%s")' % row[0]))
        print(_asked_by_text(connection, "PRAGMA index_list({table})".format(table=row[0])))
