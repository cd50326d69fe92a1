"""Stock levels, asked of the suppliers' own services."""

import asyncio


async def fetch_level(product_id: int) -> int:
    """Stands for a request over the network: takes its time, costs no computing."""
    await asyncio.sleep(0.001)
    return product_id % 17


async def stock_levels(product_ids: list[int]) -> dict[int, int]:
    """Slow: waits for each answer before it asks for the next."""
    levels = {}
    for product_id in product_ids:
        levels[product_id] = await fetch_level(product_id)
    return levels


async def stock_levels_fast(product_ids: list[int]) -> dict[int, int]:
    """The same levels: all questions are on their way at once."""
    levels = await asyncio.gather(*(fetch_level(product_id) for product_id in product_ids))
    return dict(zip(product_ids, levels, strict=True))
