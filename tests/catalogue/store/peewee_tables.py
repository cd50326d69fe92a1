"""The tables of Peewee's cases."""

from __future__ import annotations

from peewee import CharField, DatabaseProxy, ForeignKeyField, IntegerField, ManyToManyField, Model

database = DatabaseProxy()


class Base(Model):
    class Meta:
        database = database


class Owner(Base):
    name = CharField()

    @property
    def newest(self):
        return self.pets.order_by(Pet.id.desc()).first()


class Tag(Base):
    word = CharField()


class Pet(Base):
    name = CharField()
    age = IntegerField(default=1)
    owner = ForeignKeyField(Owner, backref="pets")
    tags = ManyToManyField(Tag, backref="pets")


class TidyOwner(Base):
    name = CharField()

    class Meta:
        table_name = "owner"

    def save(self, *args, **options):
        self.name = self.name.strip()
        return super().save(*args, **options)

    def tidied(self):
        return self.name.strip()


PetTag = Pet.tags.get_through_model()
