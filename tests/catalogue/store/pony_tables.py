"""The entities of Pony's cases."""

from pony.orm import Database, Optional, PrimaryKey, Required, Set

db = Database()


class Owner(db.Entity):
    id = PrimaryKey(int)
    name = Required(str)
    pets = Set("Pet")


class Pet(db.Entity):
    id = PrimaryKey(int)
    name = Required(str)
    age = Optional(int)
    owner = Required(Owner)
