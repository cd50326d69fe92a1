"""The rules, one file each. A rule is a question put to the model; it names what is seen, not the cure."""

from __future__ import annotations

from analyzers.rules import (
    await_in_loop,
    copy_in_loop,
    hidden_scan,
    invariant_in_loop,
    lazy_relation_in_loop,
    membership_in_list,
    nested_scan,
    query_in_loop,
    sort_in_loop,
    sum_of_lists,
    unmemoised_recursion,
    unused_eager_load,
)
from analyzers.rules.base import Context, Example, Rule

_RULES = (
    query_in_loop.RULE,
    lazy_relation_in_loop.RULE,
    nested_scan.RULE,
    membership_in_list.RULE,
    hidden_scan.RULE,
    copy_in_loop.RULE,
    invariant_in_loop.RULE,
    sort_in_loop.RULE,
    sum_of_lists.RULE,
    unmemoised_recursion.RULE,
    await_in_loop.RULE,
    unused_eager_load.RULE,
)


def all_rules() -> tuple[Rule, ...]:
    """All rules, the costliest kind first."""
    return _RULES


def get(name: str) -> Rule | None:
    """The rule of that name."""
    return next((rule for rule in _RULES if rule.name == name), None)


__all__ = ["Context", "Example", "Rule", "all_rules", "get"]
