"""What an object or a mapping keeps once it is made: a loop that makes it asks for each all the same."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import Order, User


class _Shelf:
    def __init__(self, session: Session, keys):
        self.session = session
        self.keys = keys
        self._users = None

    @property
    def users(self):
        if self._users is None:
            self._users = [self.session.get(User, key) for key in self.keys]  # grows
        return self._users


def made_when_it_is_asked_for(session: Session, ids):
    print(len(_Shelf(session, ids).users))


class _OfOne:
    def __init__(self, session: Session, keys):
        self.session = session
        self.keys = keys
        self._first = None

    @property
    def first(self):
        if self._first is None:
            self._first = self.session.scalar(select(User.name).where(User.id == self.keys[0]))
        return self._first


def asked_for_again_and_again(session: Session, ids):
    shelf = _OfOne(session, ids)
    for key in ids:
        print(key, shelf.first)


def of_each_group(session: Session):
    groups = {}
    for order in session.scalars(select(Order)).all():
        groups.setdefault(order.user_id, []).append(order.total)
    for key, totals in groups.items():
        print(session.scalar(select(User.name).where(User.id == key)), totals)  # grows


def of_each_group_that_is_named(session: Session):
    groups = {}
    for order in session.scalars(select(Order)).all():
        group = groups.setdefault(order.user_id, {"totals": [], "name": None})
        group["totals"].append(order.total)
    for key, group in groups.items():
        group["name"] = session.scalar(select(User.name).where(User.id == key))  # grows


def of_each_group_in_one(session: Session):
    groups = {}
    for order in session.scalars(select(Order)).all():
        groups.setdefault(order.user_id, []).append(order.total)
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(groups))).all())
    for key, totals in groups.items():
        print(names[key], totals)


def beside_each_row(session: Session):
    orders = session.query(Order).join(User, Order.user_id == User.id).add_entity(User)
    for order, _user in orders:
        print(order.user.name)
