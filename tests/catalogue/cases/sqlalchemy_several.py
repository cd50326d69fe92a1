"""What asks stands behind an interface, a name or an attribute: which class it is nobody says, but what each of them does."""

import json

from sqlalchemy import Column, Integer, String, func, select
from sqlalchemy.orm import Session, declarative_base, joinedload

from store import tables
from store.tables import Order, User


class _Purse:
    def paid(self, key):
        raise NotImplementedError

    def paid_by_all(self, keys):
        return [self.paid(key) for key in keys]  # grows


class _PurseOfOrders(_Purse):
    def __init__(self, session):
        self.session = session

    def paid(self, key):
        return self.session.scalars(select(Order.total).where(Order.id == key)).first()


class _PurseOfUsers(_Purse):
    def __init__(self, session):
        self.session = session

    def paid(self, key):
        return self.session.get(User, key)


def left_to_each_that_is_derived(session: Session, ids):
    print(_PurseOfOrders(session).paid_by_all(ids), _PurseOfUsers(session).paid_by_all(ids))


def _purse(name, session):
    if name == "orders":
        return _PurseOfOrders(session)
    if name == "users":
        return _PurseOfUsers(session)
    raise KeyError(name)


def chosen_by_a_name(session: Session, ids):
    purse = _purse("orders", session)
    for key in ids:
        print(purse.paid(key))  # grows


class _Kept:
    def __init__(self, session):
        self.names = {user.id: user.name for user in session.scalars(select(User))}

    def shown(self, key):
        return self.names.get(key)


class _Asking:
    def __init__(self, session):
        self.session = session

    def shown(self, key):
        return self.session.get(User, key)


def _shower(name, session):
    if name == "kept":
        return _Kept(session)
    if name == "asking":
        return _Asking(session)
    raise KeyError(name)


def chosen_and_one_of_them_keeps_all(session: Session, ids):
    shower = _shower("kept", session)
    for key in ids:
        print(shower.shown(key))


class _Exported:
    def __init__(self, session, find=None):
        self.session = session
        self.find = find or self._found

    def _found(self, key):
        return self.session.scalars(select(User).where(User.id == key)).first()

    def rows(self, keys):
        return [self.find(key) for key in keys]  # grows


def function_kept_under_a_name(session: Session, ids):
    print(_Exported(session).rows(ids))


class _Counted:
    def __init__(self, keys):
        self.keys = keys
        self.find = self.keys.index

    def places(self):
        return [self.find(key) for key in self.keys]


def another_function_kept_under_a_name(session: Session, ids):
    print(_Counted(ids).places())


class _Search:
    def __init__(self, session):
        self.session = session
        self.name = ""

    def found(self):
        return self.session.scalars(select(User).where(User.name == self.name)).all()


def fields_set_before_it_is_asked(session: Session, names):
    search = _Search(session)
    for name in names:
        search.name = name
        print(search.found())  # grows


class _Loaded:
    def __init__(self, session, key=None):
        self.key = key
        self.row = None
        if key:
            self.load(session)

    def load(self, session):
        self.row = session.get(User, self.key)


def made_with_a_key(session: Session, ids):
    print([_Loaded(session, key=key) for key in ids])  # grows


def made_without_a_key(session: Session, ids):
    print([_Loaded(session) for _ in ids])


def _encoded(thing):
    if isinstance(thing, Order):
        return {"total": thing.total, "user": thing.user.name}
    raise TypeError(thing)


def written_by_a_function_for_what_is_not_known(session: Session):
    print(json.dumps(session.scalars(select(Order)).all(), default=_encoded))  # grows


def written_with_what_it_reads_loaded(session: Session):
    orders = session.scalars(select(Order).options(joinedload(Order.user))).all()
    print(json.dumps(orders, default=_encoded))


class _OfOrders(json.JSONEncoder):
    def default(self, o):
        return {"total": o.total, "user": o.user.name} if isinstance(o, Order) else super().default(o)


def written_by_a_class_of_encoders(session: Session):
    print(json.dumps({"orders": session.scalars(select(Order)).all()}, cls=_OfOrders))  # grows


def _of_all(session, keys):
    return session.scalars(select(User).where(User.id.in_(keys))).all()


def lists_of_one(session: Session, ids):
    print([_of_all(session, [key]) for key in ids])  # grows


def lists_of_all(session: Session, ids):
    print(_of_all(session, ids))


def among_what_a_statement_finds(session: Session, ids):
    for key in ids:
        found = select(Order.id).where(Order.user_id == key)
        print(session.scalar(select(func.count(Order.id)).where(Order.id.in_(found))))  # grows


def _key():
    return Column(Integer, primary_key=True)


_Mapped = declarative_base()


class Person(_Mapped):
    __tablename__ = "users"
    id = _key()
    name = Column(String)


def column_that_a_function_makes(session: Session, ids):
    find = {"find": session.query}["find"]
    for key in ids:
        print(find(Person).filter(Person.id == key).first())  # grows


def _shown(session, context):
    for order in session.query(context["tables"].Order):
        print(order.user.name)  # grows


def models_handed_over(session: Session):
    _shown(session, {"tables": tables})
