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


class _Device:
    def __init__(self, address, key):
        self.url = f"{address}/users/{key}"
        self.shown = ""

    @property
    def name(self):
        return self.shown

    @name.setter
    def name(self, text):
        self.shown = text
        requests.post(self.url, json={"name": text}, timeout=5)

    @property
    def label(self):
        return self.shown

    @label.setter
    def label(self, text):
        self.shown = text.strip()


def setter_that_sends(address, ids):
    for device in [_Device(address, key) for key in ids]:
        device.name = "x"  # grows


def setter_that_keeps(address, ids):
    for device in [_Device(address, key) for key in ids]:
        device.label = "x"


def method_by_name(address, ids):
    with requests.Session() as session:
        for pk in ids:
            print(_sent(session, "GET", f"{address}/users/{pk}"))  # grows


def _sent(session: requests.Session, method, url):
    return getattr(session, method.lower())(url, timeout=5).json()


def _found(address, name):
    for user in requests.get(f"{address}/users", timeout=5).json():
        if user == name:
            return user
    return None


def looked_for_in_each_answer(address, ids):
    for pk in ids:
        print(_found(address, str(pk)))  # grows
