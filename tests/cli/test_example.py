"""The shop in examples/: it runs, what is slow in it is found with its reason, and what is not is left alone."""

from __future__ import annotations

import marshal
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_project import Bigo

# Where a person would look, and what is to be found there.
SLOW = {
    ("catalog/shelf.py", "shelf"): "lazy-relation-in-loop",
    ("catalog/shelf.py", "ratings"): "query-in-loop",
    ("catalog/selectors.py", "price_list"): "unused-eager-load",
    ("orders/views.py", "invoices"): "query-in-loop",
    ("reports/customers.py", "spending_by_customer"): "nested-scan",
    ("reports/customers.py", "countries_in_order"): "membership-in-list",
    ("reports/customers.py", "orders_of_strangers"): "membership-in-list",
    ("reports/queues.py", "running_totals"): "copy-in-loop",
    ("reports/queues.py", "pack"): "copy-in-loop",
    ("reports/figures.py", "shares"): "invariant-in-loop",
    ("reports/figures.py", "running_medians"): "sort-in-loop",
    ("reports/figures.py", "all_amounts"): "sum-of-lists",
    ("reports/figures.py", "ranks"): "hidden-scan",
    ("reports/figures.py", "ways_to_pay"): "unmemoised-recursion",
    ("reports/stock.py", "stock_levels"): "await-in-loop",
    ("storefront/src/stock.ts", "stockLevels"): "await-in-loop",
    ("storefront/src/report.ts", "totals"): "nested-scan",
    ("storefront/src/report.ts", "strangers"): "membership-in-list",
}


@pytest.fixture
def shop(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, to be changed."""
    return shutil.copytree(
        example, tmp_path_factory.mktemp("example") / "shop", ignore=shutil.ignore_patterns("__pycache__")
    )


def run_reports(folder: Path) -> dict[str, int]:
    """Report -> queries it sent."""
    done = subprocess.run(
        [sys.executable, "run_report.py"], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    return {
        name: int(queries)
        for name, queries in re.findall(r"^(\w+) +(\d+) queries", done.stdout, re.MULTILINE)
    }


def found(bigo: Bigo, folder: Path, *options: str) -> list[Any]:
    findings: list[Any] = bigo("check", "--format", "json", *options, cwd=folder).json["findings"]
    return findings


def test_every_slow_function_is_found_and_no_fast_one(bigo: Bigo, shop: Path) -> None:
    by_function: dict[tuple[str, str], set[str]] = {}
    for one in found(bigo, shop):
        by_function.setdefault((one["path"], one["function"]), set()).add(one["rule"])
    missing = {place: rule for place, rule in SLOW.items() if rule not in by_function.get(place, set())}
    assert not missing
    fast = {place for place in by_function if place[1].lower().endswith("fast")}
    assert not fast


def test_queries_behind_a_serializer_in_another_file_are_found(bigo: Bigo, shop: Path) -> None:
    behind = [one for one in found(bigo, shop, "orders/views.py") if one["function"] == "order_list"]
    assert {one["rule"] for one in behind} <= {"query-in-loop", "lazy-relation-in-loop"}
    assert any("orders/serializers.py" in {step["path"] for step in one["related"]} for one in behind)


def test_a_prisma_query_behind_a_helper_is_found(bigo: Bigo, shop: Path) -> None:
    accounts = [one for one in found(bigo, shop, "storefront") if one["function"] == "accounts"]
    assert {one["rule"] for one in accounts} & {"query-in-loop", "await-in-loop"}
    assert any("storefront/src/orders.ts" in {step["path"] for step in one["related"]} for one in accounts)


def test_every_rule_has_a_place_in_the_shop(bigo: Bigo, shop: Path) -> None:
    rules = {rule["name"] for rule in bigo("rules", "--format", "json").json["rules"]}
    assert {one["rule"] for one in found(bigo, shop)} == rules


def test_the_hot_function_is_raised_and_a_cold_one_lowered(bigo: Bigo, shop: Path) -> None:
    def severities(*options: str) -> dict[str, str]:
        return {
            one["function"]: one["severity"] for one in found(bigo, shop, "reports/customers.py", *options)
        }

    order = ["hint", "information", "warning", "error"]
    plain, measured = severities(), severities("--profile", "profile.prof")
    hot = next(
        one
        for one in found(bigo, shop, "reports/customers.py", "--profile", "profile.prof")
        if one["function"] == "spending_by_customer"
    )
    assert "hot" in hot["tags"]
    assert order.index(measured["spending_by_customer"]) >= order.index(plain["spending_by_customer"])
    assert order.index(measured["countries_in_order"]) <= order.index(plain["countries_in_order"])
    assert measured != plain


def test_the_fixes_remove_what_they_claim_and_the_shop_still_runs(bigo: Bigo, shop: Path) -> None:
    """Applied for real: fewer queries, the same reports."""
    before = run_reports(shop)
    slow_before = {(one["path"], one["function"], one["rule"]) for one in found(bigo, shop)}
    assert bigo("check", "--fix", cwd=shop).status in (0, 1)
    slow_after = {(one["path"], one["function"], one["rule"]) for one in found(bigo, shop)}
    after = run_reports(shop)
    assert ("catalog/shelf.py", "shelf", "lazy-relation-in-loop") in slow_before - slow_after
    assert ("reports/customers.py", "orders_of_strangers", "membership-in-list") in slow_before - slow_after
    assert slow_after < slow_before
    assert after["shelf"] == after["shelf_fast"] == 1 < before["shelf"]
    assert all(after[name] <= count for name, count in before.items())


def test_the_queries_of_the_shop_are_real(example: Path) -> None:
    queries = run_reports(example)
    for name in ("order_list", "shelf", "ratings"):
        assert queries[name] > 10 * queries[f"{name}_fast"]


def test_the_profile_holds_no_path_of_a_machine(example: Path) -> None:
    def strings(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (tuple, dict)):
            for part in [*value, *(value.values() if isinstance(value, dict) else ())]:
                yield from strings(part)

    # The project's own file, so `marshal` may read it.
    recorded = set(strings(marshal.loads((example / "profile.prof").read_bytes())))
    absolute = {name for name in recorded if name.startswith("/")}
    assert absolute
    assert all(re.match(r"/(site-packages|lib/python3\.\d+)/", name) for name in absolute)
    assert "reports/customers.py" in recorded


def test_the_request_of_a_rewrite_holds_the_function_its_finding_and_its_profile(
    bigo: Bigo, shop: Path
) -> None:
    target = "reports/customers.py::spending_by_customer"
    done = bigo("rewrite", target, "--show-request", "--profile", "profile.prof", cwd=shop)
    assert done.status == 0
    for part in ("def spending_by_customer", "nested-scan", "<profile", "cached for 1 hour", "Price: $"):
        assert part in done.out
    assert str(shop) not in done.out
