"""Orders as the API gives them out."""

from decimal import Decimal

from orders.models import Line, Order


def serialize_line(line: Line) -> dict:
    return {"product": line.product.name, "quantity": line.quantity, "price": str(line.product.price)}


def serialize_order(order: Order) -> dict:
    """Reads the customer, the lines and their products: free where they were loaded, queries where not."""
    lines = [serialize_line(line) for line in order.lines.all()]
    total = sum(Decimal(line["price"]) * line["quantity"] for line in lines)
    return {"id": order.pk, "customer": order.customer.name, "lines": lines, "total": str(total)}
