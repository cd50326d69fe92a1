"""What the names of object-relational mappers do, as tables: one TOML file for each, every list with its source.

The tables are knowledge about others; code decides. `tables()` reads and checks them once.
"""

from __future__ import annotations

from analyzers.orm.tables import (
    Dbapi,
    Django,
    Effects,
    Names,
    Prisma,
    ScriptOrm,
    Sqlalchemy,
    Tables,
    Words,
    is_client,
    tables,
)

__all__ = [
    "Dbapi",
    "Django",
    "Effects",
    "Names",
    "Prisma",
    "ScriptOrm",
    "Sqlalchemy",
    "Tables",
    "Words",
    "is_client",
    "tables",
]
