"""SQL by hand, sent for each row and for all of them."""

import sqlite3


def select_each(connection: sqlite3.Connection, ids):
    for pk in ids:
        row = connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone()  # grows
        print(row)


def select_each_by_a_cursor(connection: sqlite3.Connection, ids):
    cursor = connection.cursor()
    for pk in ids:
        cursor.execute("SELECT name FROM customers WHERE id = ?", (pk,))  # grows
        print(cursor.fetchone())


def select_in(connection: sqlite3.Connection, ids):
    marks = ", ".join("?" for _ in ids)
    for row in connection.execute(f"SELECT name FROM customers WHERE id IN ({marks})", ids):
        print(row)


def joined(connection: sqlite3.Connection):
    rows = connection.execute("SELECT name, total FROM customers JOIN orders ON customer = customers.id")
    for name, total in rows.fetchall():
        print(name, total)


def insert_each(connection: sqlite3.Connection, names):
    for name in names:
        connection.execute("INSERT INTO customers (name) VALUES (?)", (name,))  # grows


def insert_many(connection: sqlite3.Connection, names):
    connection.executemany("INSERT INTO customers (name) VALUES (?)", [(name,) for name in names])
