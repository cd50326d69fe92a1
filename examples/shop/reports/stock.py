"""Stock levels, asked of the suppliers' own service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


async def fetch_level(client: httpx.AsyncClient, product_id: int) -> int:
    """One request."""
    response = await client.get(f"https://stock.example.org/levels/{product_id}")
    return response.json()["level"]


async def stock_levels(client: httpx.AsyncClient, product_ids: list[int]) -> dict[int, int]:
    """Slow: waits for each answer before it asks for the next."""
    levels = {}
    for product_id in product_ids:
        levels[product_id] = await fetch_level(client, product_id)
    return levels


async def stock_levels_fast(client: httpx.AsyncClient, product_ids: list[int]) -> dict[int, int]:
    """The same levels: all questions are on their way at once."""
    levels = await asyncio.gather(*(fetch_level(client, product_id) for product_id in product_ids))
    return dict(zip(product_ids, levels, strict=True))
