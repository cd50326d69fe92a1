"""What is shown of the catalogue."""

from catalog.selectors import (
    average_stars,
    average_stars_of_all,
    products_on_sale,
    products_with_suppliers,
)


def shelf() -> list[dict]:
    """Slow: the supplier of each product is fetched on its own. The queryset comes from another file."""
    cards = []
    for product in products_on_sale():
        cards.append({"name": product.name, "price": product.price, "from": product.supplier.name})
    return cards


def shelf_fast() -> list[dict]:
    """The same cards in one query: the queryset joins the suppliers."""
    cards = []
    for product in products_with_suppliers():
        cards.append({"name": product.name, "price": product.price, "from": product.supplier.name})
    return cards


def ratings() -> list[dict]:
    """Slow: the helper in the other file sends a query, and this calls it for every product."""
    return [{"name": product.name, "stars": average_stars(product)} for product in products_on_sale()]


def ratings_fast() -> list[dict]:
    """The same in two queries."""
    products = list(products_on_sale())
    stars = average_stars_of_all(products)
    return [{"name": product.name, "stars": stars.get(product.pk, 0.0)} for product in products]
