"""Loops that a test of a length allows for one or a few elements alone."""

import sqlite3


def only_one(connection: sqlite3.Connection, ids):
    if len(ids) == 1:
        for pk in ids:
            print(connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone())


def only_a_few(connection: sqlite3.Connection, ids):
    if 2 >= len(ids):
        for pk in ids:
            print(connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone())


def more_than_one(connection: sqlite3.Connection, ids):
    if len(ids) > 1:
        for pk in ids:
            print(connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone())  # grows


def behind_such_a_test(connection: sqlite3.Connection, ids):
    if len(ids) == 1:
        print("one")
    for pk in ids:
        print(connection.execute("SELECT name FROM customers WHERE id = ?", (pk,)).fetchone())  # grows
