"""SQL by hand: read once for each row, and once for all of them."""

import sqlite3
from functools import lru_cache


def select_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        row = connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone()  # grows
        print(row)


def select_each_by_a_cursor(connection: sqlite3.Connection, ids):
    cursor = connection.cursor()
    for pk in ids:
        cursor.execute("SELECT name FROM customers WHERE id = ?", (pk,))  # grows
        print(cursor.fetchone())


def cursor_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        cursor = connection.cursor()
        cursor.execute("SELECT name FROM customers WHERE id = ?", (pk,))  # grows
        print(cursor.fetchone())
        cursor.close()


def cursor_in_a_parameter(cursor: sqlite3.Cursor, ids):
    for pk in ids:
        cursor.execute("SELECT name FROM customers WHERE id = ?", (pk,))  # grows
        print(cursor.fetchone())


def formatted_sql(connection: sqlite3.Connection, ids):
    for pk in ids:
        print(connection.execute(f"SELECT name FROM customers WHERE id = {pk}").fetchone())  # grows


def percent_sql(connection: sqlite3.Connection, ids):
    for pk in ids:
        print(connection.execute("SELECT name FROM customers WHERE id = %d" % pk).fetchone())  # grows


def sql_in_a_variable(connection: sqlite3.Connection, ids):
    sql = "SELECT name FROM customers WHERE id = ?"
    for pk in ids:
        print(connection.execute(sql, (pk,)).fetchone())  # grows


def named_parameters(connection: sqlite3.Connection, ids):
    for pk in ids:
        print(connection.execute("SELECT name FROM customers WHERE id = :pk", {"pk": pk}).fetchall())  # grows


def rows_of_rows(connection: sqlite3.Connection):
    for pk, name in connection.execute("SELECT id, name FROM customers").fetchall():
        rows = connection.execute("SELECT total FROM orders WHERE customer = ?", (pk,))  # grows
        print(name, rows.fetchall())


def rows_of_rows_by_two_cursors(connection: sqlite3.Connection):
    outer, inner = connection.cursor(), connection.cursor()
    outer.execute("SELECT id FROM customers")
    for (pk,) in outer:
        inner.execute("SELECT total FROM orders WHERE customer = ?", (pk,))  # grows
        print(inner.fetchall())


def fetched_one_by_one(connection: sqlite3.Connection):
    cursor = connection.execute("SELECT name FROM customers")
    while row := cursor.fetchone():
        print(row[0])


def fetched_in_parts(connection: sqlite3.Connection):
    cursor = connection.execute("SELECT name FROM customers")
    while rows := cursor.fetchmany(2):
        print(rows)


def select_in(connection: sqlite3.Connection, ids):
    marks = ", ".join("?" for _ in ids)
    for row in connection.execute(f"SELECT name FROM customers WHERE id IN ({marks})", ids):
        print(row)


def select_in_chunks(connection: sqlite3.Connection, ids):
    for start in range(0, len(ids), 100):
        part = ids[start : start + 100]
        marks = ", ".join("?" for _ in part)
        print(connection.execute(f"SELECT name FROM customers WHERE id IN ({marks})", part).fetchall())


def joined(connection: sqlite3.Connection):
    rows = connection.execute("SELECT name, total FROM customers JOIN orders ON customer = customers.id")
    for name, total in rows.fetchall():
        print(name, total)


def joined_in_python(connection: sqlite3.Connection):
    names = dict(connection.execute("SELECT id, name FROM customers").fetchall())
    for customer, total in connection.execute("SELECT customer, total FROM orders"):
        print(names[customer], total)


def comprehension(connection: sqlite3.Connection, ids):
    sql = "SELECT count(*) FROM orders WHERE customer = ?"
    return {pk: connection.execute(sql, (pk,)).fetchone()[0] for pk in ids}  # grows


def helper(connection: sqlite3.Connection, ids):
    return [_name(connection, pk) for pk in ids]  # grows


def _name(connection: sqlite3.Connection, pk):
    return connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone()[0]


def helper_that_makes_a_cursor(connection: sqlite3.Connection, ids):
    for pk in ids:
        print(_fetch(connection, "SELECT name FROM customers WHERE id = ?", pk))  # grows


def _fetch(connection: sqlite3.Connection, sql, *values):
    cursor = connection.cursor()
    cursor.execute(sql, values)
    return cursor.fetchall()


class _Store:
    def __init__(self, connection: sqlite3.Connection):
        self.connection = connection

    def name(self, pk):
        return self.connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone()[0]

    def names(self):
        return dict(self.connection.execute("SELECT id, name FROM customers").fetchall())


def method(connection: sqlite3.Connection, ids):
    store = _Store(connection)
    for pk in ids:
        print(store.name(pk))  # grows


def method_once(connection: sqlite3.Connection, ids):
    names = _Store(connection).names()
    for pk in ids:
        print(names[pk])


def chain_of_bosses(connection: sqlite3.Connection):
    # disagrees: a chain of keys that is followed
    pk = connection.execute("SELECT max(id) FROM customers").fetchone()[0]
    while pk:
        (pk,) = connection.execute("SELECT boss FROM customers WHERE id = ?", (pk,)).fetchone()  # grows


def worklist(connection: sqlite3.Connection):
    waiting = [1]
    while waiting:
        pk = waiting.pop()
        rows = connection.execute("SELECT id FROM customers WHERE boss = ?", (pk,))  # grows
        waiting.extend(row[0] for row in rows.fetchall())


def recursive_sql(connection: sqlite3.Connection):
    sql = """WITH RECURSIVE team(id) AS (VALUES(1) UNION SELECT c.id FROM customers c JOIN team ON c.boss = team.id)
             SELECT id FROM team"""
    print(connection.execute(sql).fetchall())


def limit_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        limit = connection.execute("SELECT value FROM settings WHERE key = 'limit'").fetchone()  # grows
        print(pk, limit)


def limit_before(connection: sqlite3.Connection, ids):
    limit = connection.execute("SELECT value FROM settings WHERE key = 'limit'").fetchone()
    for pk in ids:
        print(pk, limit)


def four_tables(connection: sqlite3.Connection):
    for table in ("customers", "orders", "events", "settings"):
        print(connection.execute(f"SELECT count(*) FROM {table}").fetchone())


def retries(connection: sqlite3.Connection, pk):
    for _attempt in range(3):
        row = connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone()
        if row:
            return row[0]


def memo_dict(connection: sqlite3.Connection, ids):
    known = {}
    for pk in ids:
        kind = pk % 3
        if kind not in known:
            known[kind] = connection.execute(
                "SELECT count(*) FROM orders WHERE total % 3 = ?", (kind,)
            ).fetchone()
        print(known[kind])


def lru_cached(connection: sqlite3.Connection, ids):
    @lru_cache
    def count(kind):
        return connection.execute("SELECT count(*) FROM orders WHERE total % 3 = ?", (kind,)).fetchone()

    return [count(pk % 3) for pk in ids]


def not_a_database(ids):
    class Machine:
        def execute(self, order, *values):
            return self

        def fetchone(self):
            return None

    machine = Machine()
    for pk in ids:
        machine.execute("turn", pk).fetchone()


def pages_by_key(connection: sqlite3.Connection):
    last = 0
    while True:
        rows = connection.execute(
            "SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT 100", (last,)
        ).fetchall()
        if not rows:
            break
        last = rows[-1][0]


class Lending:
    def __init__(self, connection):
        self.connection = connection

    def in_transaction(self, name, work, *arguments):
        return getattr(self, f"_{name}")(work, arguments)

    def _plain(self, work, arguments):
        return work(self.connection.cursor(), *arguments)


def function_run_in_a_transaction(connection: sqlite3.Connection, ids):
    lending = Lending(connection)

    def load(cursor, pk):
        cursor.execute("SELECT total FROM orders WHERE id = ?", (pk,))
        return cursor.fetchone()

    for pk in ids:
        lending.in_transaction("plain", load, pk)  # grows


def function_run_in_one_transaction(connection: sqlite3.Connection, ids):
    def load(cursor):
        cursor.execute("SELECT total FROM orders")
        return cursor.fetchall()

    Lending(connection).in_transaction("plain", load)
    for pk in ids:
        print(pk)
