"""Tables whose base an extension keeps."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField

from store.peewee_tables import Base, Owner


class Extension:
    def __init__(self) -> None:
        self.Model = Base
        self.Key = ForeignKeyField


ext = Extension()


class KeptPet(ext.Model):  # type: ignore[name-defined]
    name = CharField()
    owner = ext.Key(Owner, backref="+")

    class Meta:
        table_name = "pet"
