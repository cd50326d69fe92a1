"""Types that a docstring states: evidence where a parameter has no annotation.

Understood are the customary forms: Sphinx fields (`:type names: list[str]`, `:param list[str] names:`), Google's
`names (list[str]): ...` and numpydoc's `names : list of str` up to its first comma. Sources:
https://www.sphinx-doc.org/en/master/usage/domains/python.html#info-field-lists,
https://google.github.io/styleguide/pyguide.html#383-functions-and-methods,
https://numpydoc.readthedocs.io/en/latest/format.html#parameters
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SPHINX_TYPE = re.compile(r":type\s+\*{0,2}(\w+)\s*:\s*([^\n]+)")
_SPHINX_PARAM = re.compile(r":param\s+([\w.\[\], ]+?)\s+(\w+)\s*:")
_GOOGLE = re.compile(r"^[ \t]+(\w+)\s\(([\w.\[\], |]+?)(?:,\s*optional)?\):", re.MULTILINE)
_NUMPY = re.compile(r"^[ \t]*(\w+) : ([\w.\[\]| ]+)", re.MULTILINE)


class Stated(NamedTuple):
    """A type as the docstring writes it, and the span of that text in the docstring."""

    text: str
    start: int
    end: int


def types(docstring: str) -> dict[str, Stated]:
    """Parameter name -> its stated type. Names that are no parameters may be among them."""
    found: dict[str, Stated] = {}
    for pattern, name, kind in ((_SPHINX_TYPE, 1, 2), (_SPHINX_PARAM, 2, 1), (_GOOGLE, 1, 2), (_NUMPY, 1, 2)):
        for match in pattern.finditer(docstring):
            found.setdefault(match[name], Stated(match[kind].strip(), match.start(kind), match.end(kind)))
    return found
