from django.http import HttpRequest, JsonResponse

from catalog.shelf import shelf as catalog_shelf
from orders.models import Customer
from orders.selectors import open_orders, orders_with_lines, recent_orders
from orders.serializers import serialize_order


def order_list(request: HttpRequest) -> JsonResponse:
    """Slow: the serializer, two files away, sends queries for every order."""
    orders = recent_orders(limit=50)
    return JsonResponse({"orders": [serialize_order(order) for order in orders]})


def order_list_fast(request: HttpRequest) -> JsonResponse:
    """The same answer: the selector loads what the serializer reads."""
    orders = orders_with_lines(limit=50)
    return JsonResponse({"orders": [serialize_order(order) for order in orders]})


def invoices(request: HttpRequest) -> JsonResponse:
    """Slow: a query for the customer of each order, though the orders could bring them along."""
    addressees = []
    for order in open_orders():
        customer = Customer.objects.get(pk=order.customer_id)
        addressees.append(customer.email)
    return JsonResponse({"send_to": addressees})


def shelf(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"cards": catalog_shelf()}, json_dumps_params={"default": str})
