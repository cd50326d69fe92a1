"""Fills a database in memory, runs every report of the shop and prints how many queries and how long each took.

    python run_report.py [--profile FILE]
"""

import argparse
import asyncio
import cProfile
import datetime
import marshal
import os
import pathlib
import random
import re
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from catalog import selectors, shelf  # noqa: E402
from catalog.models import Product, Review, Supplier  # noqa: E402
from orders import views  # noqa: E402
from orders.models import Customer, Line, Order  # noqa: E402
import stand_in  # noqa: E402
from reports import customers, figures, queues, stock  # noqa: E402


def fill(customer_count: int = 60, product_count: int = 80, order_count: int = 120) -> None:
    """The same rows at every run."""
    pick = random.Random(7)
    call_command("migrate", run_syncdb=True, verbosity=0)
    suppliers = [Supplier.objects.create(name=f"Supplier {n}", country="DE") for n in range(8)]
    products = Product.objects.bulk_create(
        Product(name=f"Product {n}", price=pick.randint(100, 9999) / 100, supplier=pick.choice(suppliers))
        for n in range(product_count)
    )
    Review.objects.bulk_create(
        Review(product=pick.choice(products), stars=pick.randint(1, 5)) for _ in range(4 * product_count)
    )
    people = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", email=f"customer{n}@example.org", country=pick.choice(["DE", "FR", "PL"]))
        for n in range(customer_count)
    )
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    orders = Order.objects.bulk_create(
        Order(customer=pick.choice(people), placed=start + datetime.timedelta(hours=n), paid=n % 3 > 0)
        for n in range(order_count)
    )
    Line.objects.bulk_create(
        Line(order=order, product=pick.choice(products), quantity=pick.randint(1, 4))
        for order in orders
        for _ in range(3)
    )


def report_rows(count: int) -> tuple[list[customers.CustomerRow], list[customers.OrderRow]]:
    pick = random.Random(11)
    people = [customers.CustomerRow(n, f"Customer {n}", f"{n % 200:03}") for n in range(count)]
    orders = [customers.OrderRow(n, pick.randrange(2 * count), pick.randint(100, 9999)) for n in range(count)]
    return people, orders


def reports() -> dict[str, Callable[[], object]]:
    request = RequestFactory().get("/")
    people, orders = report_rows(3000)
    amounts = [order.cents for order in orders]
    batches = [amounts[at : at + 20] for at in range(0, len(amounts), 20)]
    ids = [person.id for person in people[:200]]
    return {
        "order_list": lambda: views.order_list(request).content,
        "order_list_fast": lambda: views.order_list_fast(request).content,
        "invoices": lambda: views.invoices(request).content,
        "shelf": shelf.shelf,
        "shelf_fast": shelf.shelf_fast,
        "ratings": shelf.ratings,
        "ratings_fast": shelf.ratings_fast,
        "price_list": selectors.price_list,
        "price_list_fast": selectors.price_list_fast,
        "spending_by_customer": lambda: customers.spending_by_customer(people, orders),
        "spending_by_customer_fast": lambda: customers.spending_by_customer_fast(people, orders),
        "countries_in_order": lambda: customers.countries_in_order(people),
        "countries_in_order_fast": lambda: customers.countries_in_order_fast(people),
        "orders_of_strangers": lambda: customers.orders_of_strangers(people, orders),
        "orders_of_strangers_fast": lambda: customers.orders_of_strangers_fast(people, orders),
        "running_totals": lambda: queues.running_totals(amounts),
        "running_totals_fast": lambda: queues.running_totals_fast(amounts),
        "pack": lambda: queues.pack(list(amounts), 50_000),
        "pack_fast": lambda: queues.pack_fast(amounts, 50_000),
        "shares": lambda: figures.shares(amounts),
        "shares_fast": lambda: figures.shares_fast(amounts),
        "running_medians": lambda: figures.running_medians(amounts),
        "running_medians_fast": lambda: figures.running_medians_fast(amounts),
        "all_amounts": lambda: figures.all_amounts(batches),
        "all_amounts_fast": lambda: figures.all_amounts_fast(batches),
        "ranks": lambda: figures.ranks(amounts),
        "ranks_fast": lambda: figures.ranks_fast(amounts),
        "ways_to_pay": lambda: figures.ways_to_pay(18),
        "ways_to_pay_fast": lambda: figures.ways_to_pay_fast(18),
        "stock_levels": lambda: asyncio.run(stock.stock_levels(stand_in.Client(), ids)),
        "stock_levels_fast": lambda: asyncio.run(stock.stock_levels_fast(stand_in.Client(), ids)),
    }


def run(name: str, report: Callable[[], object]) -> None:
    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        report()
        milliseconds = 1000 * (time.perf_counter() - start)
    print(f"{name:28} {len(queries):4} queries {milliseconds:9.2f} ms")


def write_profile(profiler: cProfile.Profile, path: str) -> None:
    """The recorded times, with the shop's files relative to this folder and no word of where Python is installed."""
    profiler.create_stats()
    stats = {
        neutral(function): (*times, {neutral(caller): edge for caller, edge in callers.items()})
        for function, (*times, callers) in profiler.stats.items()
    }
    pathlib.Path(path).write_bytes(marshal.dumps(stats))


def neutral(function: tuple[str, int, str]) -> tuple[str, int, str]:
    """`(file, line, name)` with a file name that means the same on every machine."""
    file, line, name = function
    file = file.replace(os.sep, "/").removeprefix(pathlib.Path(__file__).resolve().parent.as_posix() + "/")
    file = re.sub(r"^.*/(?=site-packages/|lib/python3)", "/", file)
    return file, line, name


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--profile", metavar="FILE", help="record a cProfile file")
    arguments = options.parse_args()
    fill()
    every = reports()
    profiler = cProfile.Profile()
    if arguments.profile:
        profiler.enable()
    for name, report in every.items():
        run(name, report)
    if arguments.profile:
        profiler.disable()
        write_profile(profiler, arguments.profile)


if __name__ == "__main__":
    main()
