"""Objects that ask for the rows of a class they were given, or that a subclass names."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store.tables import Order, User


class Rows:
    model = None

    def __init__(self, session):
        self.session = session

    def statement(self):
        return select(self.model)

    def every(self):
        return self.session.scalars(self.statement()).all()

    def one(self, key):
        return self.session.scalars(self.statement().where(self.model.id == key)).first()


class Orders(Rows):
    model = Order

    def statement(self):
        return super().statement().order_by(Order.id)


class OrdersOfUsers(Orders):
    def statement(self):
        return super().statement().options(joinedload(Order.user))


def rows_of_the_class_a_subclass_names(session: Session):
    for order in Orders(session).every():
        print(order.user.name)  # grows


def loaded_further_down(session: Session):
    for order in OrdersOfUsers(session).every():
        print(order.user.name)


def one_row_for_each(session: Session):
    repository = Orders(session)
    keys = session.scalars(select(Order.id)).all()
    print([repository.one(key).total for key in keys])  # grows


class Asked:
    def __init__(self, session):
        self.session = session

    @property
    def model(self):
        raise NotImplementedError

    def every(self):
        return self.session.query(self.model).all()


class AskedForOrders(Asked):
    def __init__(self, source):
        super().__init__(source())

    @property
    def model(self):
        return Order


def rows_of_the_class_a_property_gives(session: Session):
    for order in AskedForOrders(lambda: session).every():
        print(order.user.name)  # grows


class Of:
    def __init__(self, model):
        self.model = model

    def every(self, session):
        return session.query(self.model).all()

    def with_users(self, session):
        return session.query(self.model).options(joinedload(self.model.user)).all()


class OfOrders(Of):
    def __init__(self):
        super().__init__(Order)


_orders = Of(Order)
_all_orders = OfOrders()
_users = Of(model=User)


def rows_of_the_class_it_was_made_for(session: Session):
    print([order.user.name for order in Of(Order).every(session)])  # grows


def rows_of_an_object_of_the_module(session: Session):
    print([order.user.name for order in _orders.every(session)])  # grows


def rows_of_an_object_that_names_the_class_itself(session: Session):
    print([order.user.name for order in _all_orders.every(session)])  # grows


def loaded_by_an_object_of_the_module(session: Session):
    print([order.user.name for order in _orders.with_users(session)])


def columns_of_an_object_of_the_module(session: Session):
    print([user.name for user in _users.every(session)])


class Page:
    def __init__(self):
        self.orders = Of(Order)

    def names(self, session):
        return [order.user.name for order in self.orders.every(session)]  # grows


def rows_of_an_object_that_another_keeps(session: Session):
    print(Page().names(session))
