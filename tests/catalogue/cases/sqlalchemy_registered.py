"""Functions and classes that are registered under a key, made ready, or handed a session by what stands above them."""

from functools import partial, wraps
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import Order, User

_FINDERS = {}


def _finder(name):
    def registered(function):
        _FINDERS[name] = function
        return function

    return registered


@_finder("order")
def _registered_order(session, key):
    return session.get(Order, key)


@_finder("user")
def _registered_user(session, key):
    return session.scalars(select(User).where(User.id == key)).first()


def registered_by_a_decorator(session: Session, ids):
    for key in ids:
        print(_FINDERS["user"](session, key))  # grows


_WORDS = {}


def _word(name):
    def registered(function):
        _WORDS[name] = function
        return function

    return registered


@_word("asks")
def _asking_word(session, key):
    return session.scalars(select(User.name).where(User.id == key)).first()


@_word("tells")
def _telling_word(session, key):
    return str(key)


def registered_and_one_of_them_asks_nothing(session: Session, ids):
    name = "tells" if ids else "asks"
    for key in ids:
        print(_WORDS[name](session, key))


_SHELVES = {}


def _shelf(cls):
    _SHELVES[cls.name] = cls
    return cls


@_shelf
class _ShelfOfOrders:
    name = "orders"

    def __init__(self, session):
        self.session = session

    def taken(self, key):
        return self.session.get(Order, key)


@_shelf
class _ShelfOfUsers:
    name = "users"

    def __init__(self, session):
        self.session = session

    def taken(self, key):
        return self.session.scalars(select(User).where(User.id == key)).first()


def _shelf_named(name, session):
    try:
        return _SHELVES[name](session)
    except KeyError:
        raise ValueError(name) from None


def class_registered_by_a_decorator(session: Session, ids):
    shelf = _shelf_named("users", session)
    for key in ids:
        print(shelf.taken(key))  # grows


class _Opened:
    def __init__(self, name, session):
        self.shelf = _shelf_named(name, session)

    def all_taken(self, keys):
        return [self.shelf.taken(key) for key in keys]  # grows


def class_kept_by_an_object(session: Session, ids):
    print(_Opened("users", session).all_taken(ids))


def _fetched(session: Session, key):
    return session.scalars(select(User).where(User.id == key)).first()


class _Ready:
    def __init__(self, session: Session):
        self.fetch = partial(_fetched, session)

    def all_fetched(self, keys):
        return [self.fetch(key) for key in keys]  # grows


def made_ready_and_kept(session: Session, ids):
    print(_Ready(session).all_fetched(ids))


class _Source(Protocol):
    def one(self, key): ...


class _SourceOfUsers:
    def __init__(self, session: Session):
        self.session = session

    def one(self, key):
        return self.session.scalars(select(User).where(User.id == key)).first()


class _SourceOfNames:
    def __init__(self, names):
        self.names = names

    def one(self, key):
        return self.names.get(key)


class _Reading:
    def __init__(self, source: _Source):
        self.source = source

    def read(self, keys):
        return [self.source.one(key) for key in keys]  # grows


def behind_a_protocol(session: Session, ids):
    print(_Reading(_SourceOfUsers(session)).read(ids))


class _Looking:
    def __init__(self, source: _Source):
        self.source = source

    def read(self, keys):
        return [self.source.one(key) for key in keys]


def behind_a_protocol_without_a_query(session: Session, ids):
    names = {user.id: user.name for user in session.scalars(select(User))}
    print(_Looking(_SourceOfNames(names)).read(ids))


def _with_session(function):
    @wraps(function)
    def inner(self, *args, **kwargs):
        with Session(self.engine) as session:
            return function(self, session, *args, **kwargs)

    return inner


class _Desk:
    def __init__(self, engine):
        self.engine = engine

    @_with_session
    def named(self, session, key):
        return session.scalars(select(User.name).where(User.id == key)).first()

    @_with_session
    def all_named(self, session, keys):
        return session.scalars(select(User.name).where(User.id.in_(keys))).all()

    def each_named(self, keys):
        return [self.named(key) for key in keys]  # grows

    def together_named(self, keys):
        return self.all_named(keys)


def handed_a_session_by_a_decorator(session: Session, ids):
    print(_Desk(session.get_bind()).each_named(ids))


def handed_a_session_by_a_decorator_for_all(session: Session, ids):
    print(_Desk(session.get_bind()).together_named(ids))


def _named_among_all(session, key):
    for user in session.scalars(select(User)).all():
        if user.id == key:
            return user.name
    return None


def looked_for_among_all(session: Session, ids):
    for key in ids:
        print(_named_among_all(session, key))  # grows


def _named_among(users, key):
    return next((user.name for user in users if user.id == key), None)


def looked_for_among_those_at_hand(session: Session, ids):
    users = session.scalars(select(User)).all()
    for key in ids[:3]:
        print(_named_among(users, key))


class _Names:
    def __init__(self, session):
        self.session = session
        self.known = None

    def users(self):
        if self.known is None:
            self.known = self.session.scalars(select(User)).all()
        return self.known

    def named(self, key):
        return _named_among(self.users(), key)


def looked_for_among_those_kept(session: Session, ids):
    names = _Names(session)
    for key in ids[:3]:
        print(names.named(key))


def _with_keyword(function):
    @wraps(function)
    def inner(engine, *args, **kwargs):
        session = Session(engine)
        kwargs["session"] = session
        with session:
            return function(engine, *args, **kwargs)

    return inner


@_with_keyword
def _named_by_keyword(engine, key, **kwargs):
    session = kwargs.pop("session")
    return session.scalars(select(User.name).where(User.id == key)).first()


def handed_a_session_under_a_keyword(session: Session, ids):
    engine = session.get_bind()
    for key in ids:
        print(_named_by_keyword(engine, key))  # grows
