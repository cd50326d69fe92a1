"""What is asked goes through something in between: a function that tries again, one that is called by its name, an object that
all who make another hand over, an abstract class, a generic schema."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session, joinedload

from store.tables import Order, Region, User, likes


def _tried(function, *args, **kwargs):
    for _ in range(3):
        try:
            return function(*args, **kwargs)
        except ConnectionError:
            continue
    raise ConnectionError


def _user(session, *, key):
    return session.get(User, key)


def _users(session, *, keys):
    return session.scalars(select(User).where(User.id.in_(keys))).all()


def _owner(session: Session, key):
    return session.scalars(select(User).where(User.id == key)).first()


def tried_for_each(session: Session):
    keys = session.scalars(select(User.id)).all()
    print([_tried(_owner, session, key).name for key in keys])  # grows


def tried_for_each_by_a_keyword(session: Session):
    keys = session.scalars(select(User.id)).all()
    print([_tried(_user, session, key=key).name for key in keys])  # grows


def tried_for_all(session: Session):
    keys = session.scalars(select(User.id)).all()
    print([user.name for user in _tried(_users, session, keys=keys)])


class _Asking:
    def __init__(self, session):
        self.session = session

    def region_of(self, user):
        return self.session.scalar(select(Region.name).where(Region.id == user.region_id))

    def regions(self):
        return dict(self.session.execute(select(Region.id, Region.name)).all())


class _ByName:
    def __init__(self, session: Session):
        self.asking = _Asking(session)

    def ask(self, name, *args):
        return getattr(self.asking, name)(*args)


def asked_by_a_name(session: Session):
    by_name = _ByName(session)
    users = session.scalars(select(User)).all()
    print([by_name.ask("region_of", user) for user in users])  # grows


def asked_once_by_a_name(session: Session):
    known = _ByName(session).ask("regions")
    print([known[user.region_id] for user in session.scalars(select(User)).all()])


class _Names:
    def __init__(self, session: Session):
        self.session = session

    def get(self, key):
        return self.session.scalar(select(User.name).where(User.id == key))

    def all(self):
        return dict(self.session.execute(select(User.id, User.name)).all())


class _Report:
    def __init__(self, session, names):
        self.session = session
        self.names = names

    def lines(self):
        orders = self.session.scalars(select(Order)).all()
        return [(order.total, self.names.get(order.user_id)) for order in orders]  # grows

    def lines_at_once(self):
        names = self.names.all()
        return [(order.total, names[order.user_id]) for order in self.session.scalars(select(Order)).all()]


def _report(session: Session):
    names = _Names(session)
    return _Report(session, names)


def handed_to_what_is_made(session: Session):
    print(_report(session).lines())


def handed_to_what_is_made_and_asked_once(session: Session):
    print(_report(session).lines_at_once())


class _Store(ABC):
    @abstractmethod
    def owner(self, key): ...

    @abstractmethod
    def owners(self, keys): ...


class _StoreOfTables(_Store):
    def __init__(self, session: Session):
        self.session = session

    def owner(self, key):
        return self.session.scalars(select(User).where(User.id == key)).one()

    def owners(self, keys):
        return self.session.scalars(select(User).where(User.id.in_(keys))).all()


def _names(store: _Store, keys):
    return [store.owner(key).name for key in keys]  # grows


def _names_at_once(store: _Store, keys):
    return [user.name for user in store.owners(keys)]


def abstract_store(session: Session):
    print(_names(_StoreOfTables(session), session.scalars(select(User.id)).all()))


def abstract_store_asked_for_all(session: Session):
    print(_names_at_once(_StoreOfTables(session), session.scalars(select(User.id)).all()))


def written_where_it_may_be_there(session: Session):
    for key in session.scalars(select(User.id)).all():
        line = insert(User).values(id=key, name="Ada", region_id=1).on_conflict_do_nothing()
        session.execute(line)  # grows


def all_written_where_they_may_be_there(session: Session):
    keys = session.scalars(select(User.id)).all()
    lines = [{"id": key, "name": "Ada", "region_id": 1} for key in keys]
    session.execute(insert(User).values(lines).on_conflict_do_nothing())


class UserShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str


class OrderShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    total: int
    user: UserShown


Shown = TypeVar("Shown")


class PageOf(BaseModel, Generic[Shown]):
    model_config = ConfigDict(from_attributes=True)
    items: list[Shown]


def generic_page(session: Session):
    shown = PageOf[OrderShown](items=session.scalars(select(Order)).all())  # grows
    print(len(shown.items))


def generic_page_of_what_is_joined(session: Session):
    orders = session.scalars(select(Order).options(joinedload(Order.user))).all()
    print(len(PageOf[OrderShown](items=orders).items))


class _Owners:
    def owner_of(self, order):
        return self.session.scalars(select(User).where(User.id == order.user_id)).one()


class _Lines:
    def lines(self):
        orders = self.session.scalars(select(Order)).all()
        return [(order.total, self.owner_of(order).name) for order in orders]  # grows


class _OwnersAndLines(_Lines, _Owners):
    def __init__(self, session: Session):
        self.session = session


def asked_of_what_stands_beside(session: Session):
    print(_OwnersAndLines(session).lines())


def statements_of_a_table(session: Session):
    for key in session.scalars(select(User.id)).all():
        print(session.execute(likes.select().where(likes.c.user_id == key)).all())  # grows


def one_statement_of_a_table(session: Session):
    keys = session.scalars(select(User.id)).all()
    print(session.execute(likes.select().where(likes.c.user_id.in_(keys))).all())


def _found(session, wanted):
    return session.scalars(select(User).filter_by(**wanted)).first()


def chosen_by_a_mapping(session: Session):
    wanted = {"boss_id": None}
    for key in session.scalars(select(User.id)).all():
        wanted["id"] = key
        print(_found(session, wanted))  # grows


_Row = TypeVar("_Row")


class _OfParameter(Generic[_Row]):
    def __init__(self, model: type[_Row], session: Session):
        self.model = model
        self.session = session

    def all(self):
        return self.session.scalars(select(self.model)).all()


class _UsersOfParameter(_OfParameter[User]):
    def amounts(self):
        return [len(user.orders) for user in self.all()]  # grows


def of_a_generic_base(session: Session):
    print(_UsersOfParameter(User, session).amounts())


_opened = []


def _said() -> Session:
    return _opened[-1]


def refreshed_in_a_session_that_is_said(session: Session):
    _opened.append(session)
    users = session.scalars(select(User)).all()
    for user in users:
        _said().refresh(user)  # grows
    _opened.clear()
