from django.db.models import QuerySet

from orders.models import Order


def recent_orders(limit: int) -> QuerySet[Order]:
    return Order.objects.filter(paid=True).order_by("-placed")[:limit]


def open_orders() -> QuerySet[Order]:
    return Order.objects.filter(paid=False).order_by("placed")


def orders_with_lines(limit: int) -> QuerySet[Order]:
    return (
        Order.objects.filter(paid=True)
        .select_related("customer")
        .prefetch_related("lines__product")
        .order_by("-placed")[:limit]
    )
