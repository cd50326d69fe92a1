"""SQL by hand: written row by row, and all at once."""

import sqlite3


def insert_each(connection: sqlite3.Connection, names):
    for name in names:
        connection.execute("INSERT INTO customers (name) VALUES (?)", (name,))  # grows


def insert_many(connection: sqlite3.Connection, names):
    connection.executemany("INSERT INTO customers (name) VALUES (?)", [(name,) for name in names])


def insert_many_by_a_cursor(connection: sqlite3.Connection, names):
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO customers (name) VALUES (?)", ((name,) for name in names))


def insert_a_constant_each(connection: sqlite3.Connection, names):
    for _ in names:
        connection.execute("INSERT INTO events (kind) VALUES ('seen')")  # grows


def update_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        connection.execute("UPDATE orders SET total = 0 WHERE customer = ?", (pk,))  # grows


def update_all(connection: sqlite3.Connection):
    connection.execute("UPDATE orders SET total = 0")


def delete_each(connection: sqlite3.Connection, ids):
    cursor = connection.cursor()
    for pk in ids:
        cursor.execute("DELETE FROM orders WHERE customer = ?", (pk,))  # grows
    connection.commit()


def delete_in(connection: sqlite3.Connection, ids):
    marks = ", ".join("?" * len(ids))
    connection.execute(f"DELETE FROM orders WHERE customer IN ({marks})", ids)


def commit_each(connection: sqlite3.Connection, names):
    for name in names:
        connection.execute("INSERT INTO customers (name) VALUES (?)", (name,))  # grows
        connection.commit()  # grows too


def transaction_each(connection: sqlite3.Connection, names):
    for name in names:
        with connection:
            connection.execute("INSERT INTO customers (name) VALUES (?)", (name,))  # grows


def read_then_write_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        row = connection.execute("SELECT total FROM orders WHERE id = ?", (pk,)).fetchone()  # grows
        connection.execute("UPDATE orders SET total = ? WHERE id = ?", (row[0] + 1, pk))  # grows


def collected_then_inserted(connection: sqlite3.Connection, names):
    rows = []
    for name in names:
        rows.append((name,))
    connection.executemany("INSERT INTO customers (name) VALUES (?)", rows)


def inserted_in_batches(connection: sqlite3.Connection, names):
    rows = []
    for name in names:
        rows.append((name,))
        if len(rows) == 100:
            connection.executemany("INSERT INTO customers (name) VALUES (?)", rows)
            rows.clear()
    connection.executemany("INSERT INTO customers (name) VALUES (?)", rows)


def helper_each(connection: sqlite3.Connection, names):
    for name in names:
        _insert(connection, name)  # grows


def _insert(connection: sqlite3.Connection, name):
    connection.execute("INSERT INTO customers (name) VALUES (?)", (name,))


def schema(connection: sqlite3.Connection):
    for statement in ("CREATE TABLE a (id INTEGER)", "CREATE TABLE b (id INTEGER)"):
        connection.execute(statement)
