"""A client that helpers are handed, or that a class keeps: who asks it does not say what it is."""

from fakeredis import FakeRedis


def _warm(source, keys):
    for key in keys:
        print(source.get(key))  # grows


def handed_to_a_helper(client: FakeRedis, keys):
    _warm(client, keys)


def _shown(known, keys):
    for key in keys:
        print(known.get(key))


def mapping_handed_to_a_helper(client: FakeRedis, keys):
    _shown(dict(zip(keys, client.mget(keys))), keys)


def _one(source, key):
    return source.get(key)


def _each(source, keys):
    return [_one(source, key) for key in keys]  # grows


def handed_on_by_a_helper(client: FakeRedis, keys):
    print(_each(client, keys))


def _all(source, keys):
    return source.mget(keys)


def handed_to_a_helper_that_asks_once(client: FakeRedis, keys):
    print(_all(client, keys))


class _Store:
    _made = {}

    def __init__(self, client: FakeRedis):
        self.client = client

    @classmethod
    def of(cls, client: FakeRedis):
        if cls._made.get("one") is None or cls._made["one"].client is not client:
            cls._made["one"] = cls(client)
        return cls._made["one"]

    def one(self, key):
        return self.client.get(key)

    def many(self, keys):
        return self.client.mget(keys)


def store_that_its_class_keeps(client: FakeRedis, keys):
    store = _Store.of(client)
    for key in keys:
        print(store.one(key))  # grows


def store_that_its_class_keeps_asked_once(client: FakeRedis, keys):
    print(_Store.of(client).many(keys))


class _Cache:
    def __init__(self, source):
        self.source = source

    def each(self, keys):
        return {key: self.source.get(key) for key in keys}  # grows

    def all(self, keys):
        return dict(zip(keys, self.source.mget(keys)))


def cache_made_with_a_client(client: FakeRedis, keys):
    print(_Cache(client).each(keys))


class _Pages:
    def __init__(self, source):
        self.source = source

    def each(self, keys):
        return {key: self.source.get(key) for key in keys}


def pages_made_with_a_mapping(client: FakeRedis, keys):
    print(_Pages(dict(zip(keys, client.mget(keys)))).each(keys))
