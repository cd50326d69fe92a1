"""The models of Tortoise's cases."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Owner(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50)
    pets: fields.ReverseRelation[Pet]


class Tag(Model):
    id = fields.IntField(primary_key=True)
    word = fields.CharField(max_length=50)


class Pet(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50)
    age = fields.IntField(default=1)
    owner = fields.ForeignKeyField("store.Owner", related_name="pets")
    tags = fields.ManyToManyField("store.Tag", related_name="pets")
