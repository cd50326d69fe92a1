"""Pony: it loads the relations of many rows together by itself; what is asked by other columns is asked each time."""

from pony.orm import count, select

from store.pony_tables import Owner, Pet


def foreign_key_of_each():
    for pet in Pet.select():
        print(pet.owner.id)


def foreign_key_prefetched():
    for pet in Pet.select().prefetch(Owner):
        print(pet.owner.name)


def by_a_column_each(names):
    for name in names:
        print(Pet.get(name=name, age=0))  # grows


def filtered_each(ids):
    for pk in ids:
        print(list(Pet.select(lambda pet: pet.age == pk)))  # grows


def counted_each(ids):
    # disagrees: a query written as a generator
    for pk in ids:
        print(count(pet for pet in Pet if pet.age == pk))  # grows


def selected_once(ids):
    print(list(select(pet for pet in Pet if pet.age in ids)))


def one_row(pk):
    print(Pet[pk].owner.name)


def existence_each(names):
    for name in names:
        print(Owner.exists(name=name))  # grows
