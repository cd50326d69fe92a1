"""Asynchronous sessions."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload, selectinload

from store.tables import Event, Order, OrderLine, User


async def get_each(session: AsyncSession, ids: list[int]):
    for pk in ids:
        print(await session.get(User, pk))  # grows


async def select_each(session: AsyncSession, ids: list[int]):
    for pk in ids:
        result = await session.execute(select(Order).where(Order.id == pk))  # grows
        print(result.scalar_one().total)


async def scalar_each(session: AsyncSession, ids: list[int]):
    for pk in ids:
        print(await session.scalar(select(Order.total).where(Order.id == pk)))  # grows


async def scalars_each(session: AsyncSession, ids: list[int]):
    for pk in ids:
        orders = (await session.scalars(select(Order).where(Order.user_id == pk))).all()  # grows
        print(len(orders))


async def select_in(session: AsyncSession, ids: list[int]):
    result = await session.execute(select(Order).where(Order.id.in_(ids)))
    for order in result.scalars():
        print(order.total)


async def awaited_attribute(session: AsyncSession):
    for order in (await session.scalars(select(Order))).all():
        user = await order.awaitable_attrs.user  # grows
        print(user.name)


async def awaited_collection(session: AsyncSession):
    for user in (await session.scalars(select(User))).all():
        for order in await user.awaitable_attrs.orders:  # grows
            print(order.total)


async def awaited_attribute_loaded(session: AsyncSession):
    result = await session.execute(select(Order).options(selectinload(Order.user)))
    for order in result.scalars().all():
        user = await order.awaitable_attrs.user
        print(user.name)


async def loaded_by_selectin(session: AsyncSession):
    result = await session.execute(select(User).options(selectinload(User.orders)))
    for user in result.scalars().all():
        print(len(user.orders))


async def loaded_by_a_join(session: AsyncSession):
    for order in await session.scalars(select(Order).options(joinedload(Order.user))):
        print(order.user.name)


async def loaded_two_steps(session: AsyncSession):
    statement = select(OrderLine).options(selectinload(OrderLine.order).selectinload(Order.user))
    for line in (await session.execute(statement)).scalars():
        print(line.order.user.name)


async def streamed(session: AsyncSession):
    async for order in await session.stream_scalars(select(Order)):
        print(order.total)


async def streamed_with_a_query_each(session: AsyncSession):
    orders = [order async for order in await session.stream_scalars(select(Order))]
    for order in orders:
        print(await session.get(User, order.user_id))  # grows


def _names(session: Session):
    return [order.user.name for order in session.scalars(select(Order))]  # grows


async def run_in_a_synchronous_function(session: AsyncSession):
    print(await session.run_sync(_names))


def _totals(session: Session, at_least: int):
    return [order.total for order in session.scalars(select(Order)) if order.total >= at_least]


async def run_in_a_synchronous_function_once(session: AsyncSession):
    print(await session.run_sync(_totals, 1))


async def refreshed_each(session: AsyncSession):
    for order in (await session.scalars(select(Order))).all():
        await session.refresh(order, ["user"])  # grows


async def committed_each(session: AsyncSession, names: list[str]):
    for name in names:
        session.add(Event(kind=name))
        await session.commit()  # grows


async def committed_once(session: AsyncSession, names: list[str]):
    for name in names:
        session.add(Event(kind=name))
    await session.commit()


async def _user_of(session: AsyncSession, order: Order):
    return await session.get(User, order.user_id)


async def by_a_helper(session: AsyncSession):
    for order in (await session.scalars(select(Order))).all():
        user = await _user_of(session, order)  # grows
        print(user)


async def comprehension(session: AsyncSession, ids: list[int]):
    return [await session.get(User, pk) for pk in ids]  # grows


async def asynchronous_generator(session: AsyncSession):
    async for order in _orders(session):
        print((await order.awaitable_attrs.user).name)  # grows


async def _orders(session: AsyncSession):
    for order in (await session.scalars(select(Order))).all():
        yield order


async def in_a_transaction(session: AsyncSession, ids: list[int]):
    async with session.begin():
        for pk in ids:
            print(await session.get(User, pk))  # grows


async def one_row(session: AsyncSession):
    order = await session.scalar(select(Order).limit(1))
    user = await order.awaitable_attrs.user
    print(user.name)


async def deleted_each(session: AsyncSession):
    for event in (await session.scalars(select(Event))).all():
        await session.delete(event)
    await session.commit()
