"""FastAPI: an answer is read field by field, as its model says."""

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from store.tables import Order, User

app = FastAPI()


def _given() -> Session:
    raise NotImplementedError


class UserOut(BaseModel):
    name: str


class OrderOut(BaseModel):
    total: int
    user: UserOut


class TotalOut(BaseModel):
    total: int
    user_id: int


class UserOrders(UserOut):
    orders: list[TotalOut]


def _ask(session: Session, path: str):
    app.dependency_overrides[_given] = lambda: session
    assert TestClient(app).get(path).status_code == 200


@app.get("/orders", response_model=list[OrderOut])
def _orders(db: Session = Depends(_given)):
    return db.scalars(select(Order)).all()  # grows


def list_of_a_relation(session: Session):
    _ask(session, "/orders")


@app.get("/joined", response_model=list[OrderOut])
def _joined(db: Session = Depends(_given)):
    return db.scalars(select(Order).options(joinedload(Order.user))).all()


def list_of_a_relation_joined(session: Session):
    _ask(session, "/joined")


@app.get("/totals", response_model=list[TotalOut])
def _totals(db: Session = Depends(_given)):
    return db.scalars(select(Order)).all()


def list_of_columns(session: Session):
    _ask(session, "/totals")


@app.get("/users")
async def _users(db: Session = Depends(_given)) -> list[UserOrders]:
    return db.query(User).order_by(User.id).all()  # grows


def list_by_the_annotation(session: Session):
    _ask(session, "/users")


@app.get("/loaded")
async def _loaded(db: Session = Depends(_given)) -> list[UserOrders]:
    return db.query(User).options(selectinload(User.orders)).all()


def list_by_the_annotation_loaded(session: Session):
    _ask(session, "/loaded")


@app.get("/one", response_model=UserOrders | None)
def _one(db: Session = Depends(_given)):
    return db.get(User, 1)


def one_row(session: Session):
    _ask(session, "/one")


@app.get("/made", response_model=list[OrderOut])
def _made(db: Session = Depends(_given)):
    found = db.execute(select(Order.total, User.name).join(Order.user))
    return [OrderOut(total=total, user=UserOut(name=name)) for total, name in found]


def answers_that_are_made(session: Session):
    _ask(session, "/made")


@app.get("/plain")
def _plain(db: Session = Depends(_given)):
    return [{"total": order.total} for order in db.scalars(select(Order))]


def without_a_model(session: Session):
    _ask(session, "/plain")
