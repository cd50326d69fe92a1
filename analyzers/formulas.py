"""Costs as text: "|users|·|orders| + |lines| log |lines|"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzers.costs import Term

_SUPERSCRIPT = str.maketrans("0123456789.-", "⁰¹²³⁴⁵⁶⁷⁸⁹·⁻")


def _superscript(power: float) -> str:
    text = f"{power:g}" if power == round(power) else f"{power:.2f}".rstrip("0")
    return text.translate(_SUPERSCRIPT)


def of_terms(terms: Iterable[Term]) -> str:
    """A sum as text, largest term first."""
    terms = tuple(terms)
    if len(terms) == 1:
        return of_term(terms[0])
    rows = sorted((*(-part for part in term.weight), of_term(term)) for term in terms)
    return " + ".join(str(text) for *_, text in rows)


def of_term(term: Term) -> str:
    """A product as text: its powers, then what it is divided by, then its logarithms."""
    parts: list[str] = []
    divisors: list[str] = []
    for size, base in sorted(term.bases, key=lambda item: item[0].label):
        parts.append(f"{size.label}!" if math.isinf(base) else f"{base:g}^{size.label}")
    tail: list[str] = []
    for size, (power, logs) in sorted(term.factors, key=lambda item: (-item[1][0], item[0].label)):
        if power == 0.5:
            parts.append(f"√{size.label}")
        elif power < 0:
            divisors.append(size.label + ("" if power == -1 else _superscript(-power)))
        elif power:
            parts.append(size.label + ("" if power == 1 else _superscript(power)))
        if logs:
            tail.append(f"log{'' if logs == 1 else _superscript(logs)} {size.label}")
    text = "/".join(("·".join(parts) or "1", *divisors)) if divisors else "·".join(parts)
    if tail:
        text = f"{text} {' '.join(tail)}" if text else " ".join(tail)
    return text or "1"
