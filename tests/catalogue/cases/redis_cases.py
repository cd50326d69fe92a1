"""Redis: a round trip for each key, a command for many, a pipeline."""

from fakeredis import FakeRedis


def get_each(client: FakeRedis, keys):
    for key in keys:
        print(client.get(key))  # grows


def get_many(client: FakeRedis, keys):
    for value in client.mget(keys):
        print(value)


def pipeline(client: FakeRedis, keys):
    pipe = client.pipeline()
    for key in keys:
        pipe.get(key)
    for value in pipe.execute():
        print(value)


def pipeline_in_a_block(client: FakeRedis, keys):
    with client.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.set(key, 1)
        pipe.execute()


def pipeline_each(client: FakeRedis, keys):
    # disagrees: a pipeline for each
    for key in keys:
        pipe = client.pipeline()
        pipe.get(key)
        pipe.ttl(key)
        print(pipe.execute())  # grows


def set_each(client: FakeRedis, keys):
    for key in keys:
        client.set(key, 1)  # grows


def set_many(client: FakeRedis, keys):
    client.mset(dict.fromkeys(keys, 1))


def increment_each(client: FakeRedis, keys):
    for key in keys:
        client.incr(key)  # grows


def delete_each(client: FakeRedis, keys):
    for key in keys:
        client.delete(key)  # grows


def delete_many(client: FakeRedis, keys):
    client.delete(*keys)


def helper(client: FakeRedis, keys):
    return [_value(client, key) for key in keys]  # grows


def _value(client: FakeRedis, key):
    return client.hgetall(f"hash:{key}")


def one_key(client: FakeRedis, keys):
    print(client.get(keys[0]))


def memo(client: FakeRedis, keys):
    known = {}
    for key in keys:
        first = key[:5]
        if first not in known:
            known[first] = client.get(first)
        print(known[first])
