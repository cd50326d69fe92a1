"""Where the shop's querysets are made. A fix for a loop elsewhere may belong here."""

from django.db.models import Avg, QuerySet

from catalog.models import Product, Review


def products_on_sale() -> QuerySet[Product]:
    return Product.objects.filter(discontinued=False).order_by("name")


def products_with_suppliers() -> QuerySet[Product]:
    return Product.objects.filter(discontinued=False).select_related("supplier").order_by("name")


def average_stars(product: Product) -> float:
    """One query. Fine for one product; in a loop over products it is a query for each."""
    return Review.objects.filter(product=product).aggregate(value=Avg("stars"))["value"] or 0.0


def average_stars_of_all(products: list[Product]) -> dict[int, float]:
    """One query, however many products."""
    rows = Review.objects.filter(product__in=products).values("product_id").annotate(value=Avg("stars"))
    return {row["product_id"]: row["value"] for row in rows}


def price_list() -> list[str]:
    """Slow: the reviews come along with the products, and nothing reads them."""
    products = Product.objects.filter(discontinued=False).prefetch_related("reviews").order_by("name")
    return [f"{product.name}: {product.price}" for product in products]


def price_list_fast() -> list[str]:
    """The same list in one query."""
    products = Product.objects.filter(discontinued=False).order_by("name")
    return [f"{product.name}: {product.price}" for product in products]
