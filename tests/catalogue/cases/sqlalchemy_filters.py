"""Conditions that only some callers set, keys in a list of one, objects that a class keeps for all, rows beside rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import Order, User


def condition_that_may_be_left_out(session: Session, pk: int):
    orders = session.query(Order)
    if pk > 1_000_000:
        orders = orders.filter(Order.user_id == pk)
    print([order.user.name for order in orders.all()])  # grows


def statement_whose_condition_may_be_left_out(session: Session, pk: int):
    statement = select(Order)
    if pk > 1_000_000:
        statement = statement.where(Order.user_id == pk)
    for order in session.scalars(statement.order_by(Order.id)):
        print(order.user.name)  # grows


def condition_that_is_always_set(session: Session, pk: int):
    orders = session.query(Order).filter(Order.user_id == pk)
    if pk > 1_000_000:
        orders = orders.filter(Order.total > 3)
    print([order.user.name for order in orders.all()])


def one_condition_or_the_other(session: Session, pk: int):
    if pk > 1_000_000:
        orders = session.query(Order).filter_by(user_id=pk, total=pk)
    else:
        orders = session.query(Order).filter_by(user_id=pk)
    print([order.user.name for order in orders])


def what_the_one_row_leads_to(session: Session, pk: int):
    for order in session.query(Order).filter_by(user_id=pk):
        boss = order.user.boss
        if boss is not None:
            print(boss.boss, boss.region.name)


def what_rows_of_many_lead_to(session: Session, pk: int):
    for order in session.query(Order).filter(Order.user_id != pk):
        print(order.user.region.name)  # grows


def _chosen(keys):
    statement = select(User)
    if len(keys) == 1:
        return statement.where(User.id == keys[0])
    return statement.where(User.id.in_(keys))


def _read(session, key=None):
    keys = [] if key is None else [key]
    return session.execute(_chosen(keys)).scalar_one()


def list_of_one_key(session: Session, ids: list[int]):
    for pk in ids:
        print(_read(session, pk).name)  # grows


def list_of_all_keys(session: Session, ids: list[int]):
    for user in session.scalars(_chosen(ids)):
        print(user.name)


class _Table:
    def __init__(self, model):
        self.model = model

    def one(self, session, pk):
        return session.get(self.model, pk)

    def all_of(self, session, keys):
        return session.scalars(select(self.model).where(self.model.id.in_(keys))).all()


_users = _Table(User)


class _Kept:
    table = None

    @classmethod
    def _table(cls):
        return cls.table

    @classmethod
    def find(cls, session, pk):
        return cls._table().one(session, pk)

    @classmethod
    def find_all(cls, session, keys):
        return cls._table().all_of(session, keys)


class _Accounts(_Kept):
    table = _users


def object_that_a_class_keeps(session: Session, ids: list[int]):
    for pk in ids:
        print(_Accounts.find(session, pk).name)  # grows


def object_that_a_class_keeps_asked_once(session: Session, ids: list[int]):
    for user in _Accounts.find_all(session, ids):
        print(user.name)


def row_beside_the_row_it_leads_to(session: Session):
    for user, order in session.execute(select(User, Order).join(Order)).all():
        print(user.name, order.user.name)


def row_beside_another(session: Session):
    for user, order in session.execute(select(User, Order).join(Order)).all():
        print(user.address.city, order.total)  # grows


def rows_of_a_row_beside_another(session: Session):
    for user, order in session.query(User, Order).join(Order):
        print(order.total, len(user.orders))  # grows


def mappings_by_name(session: Session):
    for found in session.execute(select(Order)).mappings().all():
        print(found["Order"].user.name)  # grows


def mappings_of_columns(session: Session):
    for found in session.execute(select(Order.id, Order.total)).mappings():
        print(found["total"])
