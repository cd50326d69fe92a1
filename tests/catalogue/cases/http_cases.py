"""A request for each item, or one for all."""

import httpx
import requests


def requests_get_each(address, ids):
    for pk in ids:
        print(requests.get(f"{address}/users/{pk}", timeout=5).json())  # grows


def session_get_each(address, ids):
    with requests.Session() as session:
        for pk in ids:
            print(session.get(f"{address}/users/{pk}", timeout=5).json())  # grows


def httpx_get_each(address, ids):
    for pk in ids:
        print(httpx.get(f"{address}/users/{pk}", trust_env=False).json())  # grows


def client_get_each(address, ids):
    with httpx.Client(trust_env=False) as client:
        for pk in ids:
            print(client.get(f"{address}/users/{pk}").json())  # grows


def post_each(address, ids):
    with httpx.Client(trust_env=False) as client:
        for pk in ids:
            client.post(f"{address}/users", json={"id": pk})  # grows


def post_all(address, ids):
    with httpx.Client(trust_env=False) as client:
        client.post(f"{address}/users", json=[{"id": pk} for pk in ids])


def get_once(address, ids):
    users = requests.get(f"{address}/users", params={"ids": ids}, timeout=5).json()
    for pk in ids:
        print(users.get(str(pk)))


def tried_again(address):
    for _ in range(3):
        answer = requests.get(f"{address}/users", timeout=5)
        if answer.ok:
            return answer.json()
    return None


def helper(address, ids):
    return [_user(address, pk) for pk in ids]  # grows


def _user(address, pk):
    return requests.get(f"{address}/users/{pk}", timeout=5).json()


class Users:
    def __init__(self, address):
        self.client = httpx.Client(base_url=address, trust_env=False)

    def by_key(self, pk):
        return self.client.get(f"/users/{pk}").json()


def service(address, ids):
    users = Users(address)
    for pk in ids:
        print(users.by_key(pk))  # grows
