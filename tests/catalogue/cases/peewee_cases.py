"""Peewee: foreign keys, backrefs, many to many, reads and writes for each."""

from collections import defaultdict

from peewee import fn, prefetch

from store.peewee_kept import KeptPet
from store.peewee_tables import Owner, Pet, PetTag, Tag, TidyOwner


def foreign_key():
    for pet in Pet.select():
        print(pet.owner.name)  # grows


def foreign_key_joined():
    for pet in Pet.select(Pet, Owner).join(Owner):
        print(pet.owner.name)


def joined_and_not_selected():
    for pet in Pet.select().join(Owner).where(Owner.name != ""):
        print(pet.owner.name)  # grows


def key_column():
    for pet in Pet.select():
        print(pet.owner_id, pet.name)


def backref():
    for owner in Owner.select():
        print([pet.name for pet in owner.pets])  # grows


def backref_prefetched():
    for owner in prefetch(Owner.select(), Pet.select()):
        print([pet.name for pet in owner.pets])


def backref_prefetched_by_the_query():
    for owner in Owner.select().prefetch(Pet):
        print([pet.name for pet in owner.pets])


def backref_counted():
    for owner in Owner.select():
        print(owner.pets.count())  # grows


def backref_counted_by_the_query():
    for owner in Owner.select(Owner, fn.COUNT(Pet.id).alias("total")).join(Pet).group_by(Owner):
        print(owner.total)


def many_to_many():
    for pet in Pet.select():
        print([tag.word for tag in pet.tags])  # grows


def get_each(ids):
    for pk in ids:
        print(Owner.get(Owner.id == pk).name)  # grows


def get_by_id_each(ids):
    for pk in ids:
        print(Owner.get_by_id(pk).name)  # grows


def get_or_none_each(names):
    for name in names:
        print(Tag.get_or_none(Tag.word == name))  # grows


def item_each(ids):
    for pk in ids:
        print(Owner[pk].name)  # grows


def select_each(ids):
    for pk in ids:
        print(list(Pet.select().where(Pet.owner == pk)))  # grows


def exists_each(ids):
    for pk in ids:
        print(Pet.select().where(Pet.owner == pk).exists())  # grows


def select_in(ids):
    for pet in Pet.select().where(Pet.owner.in_(ids)):
        print(pet.name)


def select_in_by_an_operator(ids):
    for pet in Pet.select().where(Pet.owner << ids):
        print(pet.name)


def create_each(names):
    for name in names:
        Tag.create(word=name)  # grows


def insert_many(names):
    Tag.insert_many([{"word": name} for name in names]).execute()


def bulk_create(names):
    Tag.bulk_create([Tag(word=name) for name in names])


def save_each():
    for pet in Pet.select():
        pet.age += 1
        pet.save()  # grows


def update_all():
    Pet.update(age=Pet.age + 1).execute()


def update_each(ids):
    for pk in ids:
        Pet.update(age=2).where(Pet.id == pk).execute()  # grows


def delete_each():
    for pet in Pet.select():
        pet.delete_instance()  # grows


def delete_in(ids):
    PetTag.delete().where(PetTag.pet.in_(ids)).execute()


def property_that_asks():
    for owner in Owner.select():
        print(owner.newest)  # grows


def rows_as_dicts():
    for pet in Pet.select(Pet.name, Owner.name.alias("owner_name")).join(Owner).dicts():
        print(pet["owner_name"])


def groups():
    by_owner = defaultdict(list)
    for pet in Pet.select():
        by_owner[pet.owner_id].append(pet)
    for owner in Owner.select():
        print(owner.name, len(by_owner[owner.id]))


def groups_with_a_relation():
    by_age = defaultdict(list)
    for pet in Pet.select():
        by_age[pet.age].append(pet)
    for pets in by_age.values():
        for pet in pets:
            print(pet.owner.name)  # grows


def one_row(pk):
    pet = Pet.get_by_id(pk)
    print(pet.owner.name)


def rows_of_one(pk):
    for pet in Owner.get_by_id(pk).pets:
        print(pet.name)


def in_chunks(ids):
    for start in range(0, len(ids), 100):
        print(list(Pet.select().where(Pet.id.in_(ids[start : start + 100]))))


def helper(ids):
    for pk in ids:
        print(_name_of(pk))  # grows


def _name_of(pk):
    return Owner.get_by_id(pk).name


def memo(ids):
    known = {}
    for pk in ids:
        key = pk % 2 + 1
        if key not in known:
            known[key] = Owner.get_by_id(key)
        print(known[key].name)


def sorted_by_a_relation():
    return sorted(Pet.select(), key=lambda pet: pet.owner.name)  # grows


def base_kept_by_an_extension():
    for pet in KeptPet.select():
        print(pet.owner.name)  # grows


def base_kept_by_an_extension_joined():
    for pet in KeptPet.select(KeptPet, Owner).join(Owner):
        print(pet.owner.name)


def saved_by_its_own_method(names):
    for name in names:
        owner = TidyOwner(name=name)
        owner.save()  # grows


def saved_once_by_its_own_method(names):
    owner = TidyOwner(name="".join(names))
    owner.save()


def tidied_without_saving():
    print([owner.tidied() for owner in TidyOwner.select()])
