"""Objects whose class nobody says: what a registry hands over, what stands for another object, sessions that are filled in."""

from functools import partial, wraps

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from store.tables import Order, User

REGISTRY = {}


class Ledger:
    def __init__(self, session):
        self.session = session

    def total_of_order(self, key):
        return self.session.scalars(select(Order.total).where(Order.id == key)).first()

    def totals_of_orders(self, keys):
        return self.session.execute(select(Order.id, Order.total).where(Order.id.in_(keys))).all()


class Drawer:
    def __init__(self, session):
        self.session = session

    def name_of_owner(self, key):
        return self.session.scalars(select(User.name).where(User.id == key)).first()


class Label:
    def __init__(self, text):
        self.text = text

    def name_of_owner(self, key):
        return f"{self.text} {key}"


def _kept(name, made):
    REGISTRY[name] = made
    return globals()["REGISTRY"][name]


def method_of_one_class_alone(session: Session):
    ledger = _kept("ledger", Ledger(session))
    for key in session.scalars(select(Order.id)).all():
        print(ledger.total_of_order(key))  # grows


def method_of_one_class_alone_asks_for_all(session: Session):
    ledger = _kept("ledger", Ledger(session))
    print(ledger.totals_of_orders(session.scalars(select(Order.id)).all()))


def method_of_two_classes(session: Session):
    label = _kept("label", Label("owner"))
    for key in session.scalars(select(User.id)).all():
        print(label.name_of_owner(key))


def _with_session(function):
    @wraps(function)
    def wrapper(*args, **keywords):
        return function(*args, session=REGISTRY["session"], **keywords)

    return wrapper


@_with_session
def _total(key, session: Session = None):
    return session.scalars(select(Order.total).where(Order.id == key)).first()


@_with_session
def _numbered(key, *, asked: Session = None, session: Session = None):
    if asked is not None:
        return asked.scalars(select(Order.total).where(Order.id == key)).first()
    return key


def session_that_a_decorator_fills_in(session: Session):
    REGISTRY["session"] = session
    for key in session.scalars(select(Order.id)).all():
        print(_total(key))  # grows


def session_that_no_call_gives(session: Session):
    REGISTRY["session"] = session
    for key in session.scalars(select(Order.id)).all():
        print(_numbered(key))


class _Shortcut(type):
    @property
    def every(cls):
        return REGISTRY["session"].query(cls.model)

    @property
    def label(cls):
        return cls.__name__


class Orders(metaclass=_Shortcut):
    model = Order


def query_of_a_metaclass(session: Session):
    REGISTRY["session"] = session
    for order in Orders.every.all():
        print(order.user.name)  # grows


def text_of_a_metaclass(session: Session):
    for key in session.scalars(select(Order.id)).all():
        print(Orders.label, key)


class Stand:
    def __init__(self, held):
        self.held = held

    def __getattr__(self, name):
        return getattr(self.held, name)


class Office:
    def __init__(self, session):
        self.ledger = Stand(Ledger(session))
        self.label = Stand(Label("owner"))


class Handing:
    def __init__(self, session):
        self.office = Office(session)
        self.drawer = Drawer(session)

    def __getattr__(self, name):
        return getattr(self.drawer, name)


def handed_on_to_another_object(session: Session):
    handing = Handing(session)
    for key in session.scalars(select(User.id)).all():
        print(handing.name_of_owner(key))  # grows


def handed_on_to_a_text(session: Session):
    handing = Handing(session)
    for key in session.scalars(select(User.id)).all():
        print(handing.office.label.name_of_owner(key))


def _session():
    return REGISTRY["session"]


current = LocalProxy(_session)


def proxy_of_a_session(session: Session):
    REGISTRY["session"] = session
    for order in current.query(Order).all():
        print(order.user.name)  # grows


def _orders(session, owner=None, loaded=False):
    statement = select(Order)
    if owner is not None:
        statement = statement.where(Order.user_id == owner)
    if loaded:
        statement = statement.options(loaded_with_its_user())
    return session.scalars(statement).all()


def loaded_with_its_user():
    from sqlalchemy.orm import joinedload

    return joinedload(Order.user)


def option_that_a_call_leaves_false(session: Session):
    for order in _orders(session):
        print(order.user.name)  # grows


def option_that_a_call_sets(session: Session):
    for order in _orders(session, loaded=True):
        print(order.user.name)


def option_that_a_partial_call_sets(session: Session):
    for order in partial(_orders, session, loaded=True)():
        print(order.user.name)


def narrowed_by_a_list_and_by_each(session: Session):
    wanted = session.query(Order).filter(Order.total.in_([1, 2, 3, 4, 5, 6, 7, 8]))
    for key in session.scalars(select(User.id)).all():
        print(wanted.filter(Order.user_id == key).all())  # grows


def narrowed_by_a_list_of_all(session: Session):
    keys = session.scalars(select(User.id)).all()
    print(session.query(Order.total).filter(Order.total > 1).filter(Order.user_id.in_(keys)).all())
