"""Tortoise: relations are awaited, fetched before or along with the rows."""

from store.tortoise_tables import Owner, Pet, Tag


async def foreign_key():
    for pet in await Pet.all():
        owner = await pet.owner  # grows
        print(owner.name)


async def foreign_key_joined():
    for pet in await Pet.all().select_related("owner"):
        print(pet.owner.name)


async def foreign_key_prefetched():
    for pet in await Pet.all().prefetch_related("owner"):
        print(pet.owner.name)


async def key_column():
    for pet in await Pet.all():
        print(pet.owner_id)


async def collection():
    for owner in await Owner.all():
        print([pet.name for pet in await owner.pets])  # grows


async def collection_filtered():
    for owner in await Owner.all():
        print(await owner.pets.filter(age=1))  # grows


async def collection_prefetched():
    for owner in await Owner.all().prefetch_related("pets"):
        print([pet.name for pet in owner.pets])


async def collection_iterated():
    for owner in await Owner.all():
        async for pet in owner.pets:  # grows
            print(pet.name)


async def fetched_for_each():
    for pet in await Pet.all():
        await pet.fetch_related("owner")  # grows
        print(pet.owner.name)


async def get_each(ids):
    for pk in ids:
        print((await Owner.get(id=pk)).name)  # grows


async def first_each(names):
    for name in names:
        print(await Tag.filter(word=name).first())  # grows


async def count_each(ids):
    for pk in ids:
        print(await Pet.filter(owner_id=pk).count())  # grows


async def exists_each(ids):
    for pk in ids:
        print(await Pet.filter(owner_id=pk).exists())  # grows


async def select_in(ids):
    for pet in await Pet.filter(id__in=ids):
        print(pet.name)


async def in_bulk(ids):
    owners = await Owner.in_bulk(ids, "id")
    for pk in ids:
        print(owners[pk].name)


async def create_each(names):
    for name in names:
        await Tag.create(word=name)  # grows


async def bulk_create(names):
    await Tag.bulk_create([Tag(word=name) for name in names])


async def save_each():
    for pet in await Pet.all():
        pet.age += 1
        await pet.save()  # grows


async def update_all():
    await Pet.all().update(age=2)


async def delete_each():
    for pet in await Pet.all():
        await pet.delete()  # grows


async def values():
    for row in await Pet.all().values("name", "owner__name"):
        print(row["owner__name"])


async def one_row(pk):
    pet = await Pet.get(id=pk)
    owner = await pet.owner
    print(owner.name)


async def helper(ids):
    for pk in ids:
        print(await _name_of(pk))  # grows


async def _name_of(pk):
    return (await Owner.get(id=pk)).name


async def comprehension(ids):
    return [await Owner.get(id=pk) for pk in ids]  # grows


async def asynchronous_loop():
    async for pet in Pet.all():
        print(pet.name)
