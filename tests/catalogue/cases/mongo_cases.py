"""MongoDB: a round trip for each document, or one for all."""

from mongomock import MongoClient


def find_one_each(client: MongoClient, ids):
    for pk in ids:
        print(client.shop.users.find_one({"_id": pk}))  # grows


def find_one_each_by_item(client: MongoClient, ids):
    users = client["shop"]["users"]
    for pk in ids:
        print(users.find_one({"_id": pk}))  # grows


def of_each_document(client: MongoClient):
    for order in client.shop.orders.find():
        print(client.shop.users.find_one({"_id": order["user_id"]}))  # grows


def find_in(client: MongoClient, ids):
    users = {user["_id"]: user for user in client.shop.users.find({"_id": {"$in": ids}})}
    for pk in ids:
        print(users[pk]["name"])


def count_each(client: MongoClient, ids):
    for pk in ids:
        print(client.shop.orders.count_documents({"user_id": pk}))  # grows


def aggregated(client: MongoClient):
    for group in client.shop.orders.aggregate([{"$group": {"_id": "$user_id", "n": {"$sum": 1}}}]):
        print(group)


def insert_each(client: MongoClient, names):
    for name in names:
        client.shop.users.insert_one({"name": name})  # grows


def insert_many(client: MongoClient, names):
    client.shop.users.insert_many([{"name": name} for name in names])


def update_each(client: MongoClient, ids):
    for pk in ids:
        client.shop.orders.update_one({"_id": pk}, {"$set": {"total": 0}})  # grows


def update_many(client: MongoClient, ids):
    client.shop.orders.update_many({"_id": {"$in": ids}}, {"$set": {"total": 0}})


def delete_each(client: MongoClient, ids):
    for pk in ids:
        client.shop.orders.delete_one({"_id": pk})  # grows


def one_document(client: MongoClient, pk):
    print(client.shop.users.find_one({"_id": pk}))


def in_chunks(client: MongoClient, ids):
    for start in range(0, len(ids), 100):
        print(list(client.shop.users.find({"_id": {"$in": ids[start : start + 100]}})))


class Users:
    def __init__(self, client: MongoClient):
        self.users = client.shop.users

    def by_key(self, pk):
        return self.users.find_one({"_id": pk})


def repository(client: MongoClient, ids):
    users = Users(client)
    for pk in ids:
        print(users.by_key(pk))  # grows


def memo(client: MongoClient, ids):
    known = {}
    for pk in ids:
        key = pk % 2 + 1
        if key not in known:
            known[key] = client.shop.users.find_one({"_id": key})
        print(known[key])


def of_a_client_nobody_knows(client, ids):
    for pk in ids:
        print(client.shop.users.find_one({"_id": pk}))  # grows


def of_a_client_nobody_knows_in_one(client, ids):
    users = {user["_id"]: user for user in client.shop.users.find({"_id": {"$in": ids}})}
    for pk in ids:
        print(users[pk]["name"])


class _Kept:
    def __init__(self, users):
        self.users = users

    def renamed(self, pk):
        self.users.update_one({"_id": pk}, {"$set": {"name": "new"}})


def of_what_an_object_keeps(client: MongoClient, ids):
    kept = _Kept(client.shop.users)
    for pk in ids:
        kept.renamed(pk)  # grows


def _narrow(query, name, value):
    if value:
        query[name] = value


class Shop:
    def connect(self, app):
        database = app["client"].shop
        self.orders = database.orders
        self.users = database.users

    def orders_of(self, user):
        query = {}
        _narrow(query, "user_id", user)
        return self.orders.find(query).sort("_id", -1)

    def names(self):
        return list(self.users.find({}))

    def first_order(self):
        return self.orders.find_one({})

    def first_user(self):
        return self.users.find_one({})


def known_by_another_method(client: MongoClient, ids):
    shop = Shop()
    shop.connect({"client": client})
    for pk in ids:
        print(sum(1 for _ in shop.orders_of(pk)))  # grows


def asked_once_of_one_known_so(client: MongoClient, ids):
    shop = Shop()
    shop.connect({"client": client})
    names = {user["_id"]: user["name"] for user in shop.names()}
    for pk in ids:
        print(names[pk], shop.first_user is None)
