"""Rows that helpers answer with: beside a total, or with nothing where asking failed; rows at hand when they are read."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload

from store.tables import Order, User


class Teams:
    def __init__(self, session: Session):
        self.session = session

    def page(self, limit: int = 100):
        try:
            query = self.session.query(User).filter(User.id > 0)
            total = query.count()
            return query.limit(limit).all(), total
        except ValueError:
            return [], 0

    def loaded_page(self, limit: int = 100):
        try:
            query = self.session.query(User).options(joinedload(User.region), joinedload(User.orders))
            return query.limit(limit).all(), query.count()
        except ValueError:
            return [], 0

    def mine(self, name: str):
        try:
            return self.session.query(User).filter(User.name != name).all()
        except ValueError:
            return []


def rows_beside_a_total(session: Session):
    users, _ = Teams(session).page()
    for user in users:
        print(len(user.orders))  # grows


def loaded_rows_beside_a_total(session: Session):
    users, _ = Teams(session).loaded_page()
    for user in users:
        print(len(user.orders))


def rows_of_two_helpers(session: Session, pk: int):
    service = Teams(session)
    if pk > 1_000_000:
        users, _ = service.page()
    else:
        mine = service.mine("nobody")
        users = mine[0 : len(mine)]
    print([len(user.orders) for user in users])  # grows


def a_query_narrowed_for_each(session: Session, ids: list[int]):
    found = []
    query = session.query(Order)
    for pk in ids:
        found += query.filter(Order.user_id == pk).all()  # grows
    print(len(found))


def key_or_the_row_it_leads_to(session: Session):
    for order in session.scalars(select(Order)):
        print(order.user_id or order.user.id)


def row_or_nothing(session: Session):
    for order in session.scalars(select(Order)):
        print(order.total and order.user.id)  # grows


async def at_hand_when_they_are_read(session: AsyncSession):
    users = list((await session.scalars(select(User).where(User.id > 0))).all())
    orders = await session.scalars(select(Order).where(Order.user_id.in_([user.id for user in users])))
    print([order.user.name for order in orders])


class Given:
    """Nobody here says what is handed in."""

    def __init__(self, **given):
        self.source = given["source"]

    def each(self, keys):
        return [self.source.filter(Order.user_id == key).all() for key in keys]  # grows


def narrowed_by_a_column(session: Session, ids: list[int]):
    print(len(Given(source=session.query(Order)).each(ids)))


class GivenAtOnce:
    def __init__(self, **given):
        self.source = given["source"]

    def every(self, keys):
        return self.source.filter(Order.user_id.in_(keys)).all()


def narrowed_by_many_at_once(session: Session, ids: list[int]):
    print(len(GivenAtOnce(source=session.query(Order)).every(ids)))


class GivenToLoad:
    def __init__(self, **given):
        self.source = given["source"]

    def each(self, keys):
        found = []
        for key in keys:
            found += self.source.options(joinedload(Order.user)).filter(Order.id == key).all()  # grows
        return found


def given_an_option(session: Session, ids: list[int]):
    print(len(GivenToLoad(source=session.query(Order)).each(ids)))


class Shelf:
    def __init__(self, books):
        self.books = books

    def filter(self, wanted):
        return [book for book in self.books if wanted is not None]


def another_filter(session: Session, ids: list[int]):
    shelf = Shelf(ids)
    print([len(shelf.filter(Order.user_id == pk)) for pk in ids])
