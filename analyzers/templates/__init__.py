"""Templates of Django and Jinja as facts: a loop in a template is a loop, a dotted path is read like an attribute.

A template is a function of what its context holds. What it names and does not bind itself are its parameters. What has
no counterpart in Python is written as a call of one of these names, which nothing else can be called:

- `<text>(value)`: the value is printed;
- `<filter>("name", value, ...)` and `<tag>("name", ...)`: a filter or tag of the project, or of the template language;
- `<include>("name", ...)`: another template is shown here, with the names that are known here;
- `<only>("name", ...)`: the same, with the names that it is given alone;
- `<macro>("name", "macro")`: a macro of that template, or with "" of this one;
- `<groups>(rows)`: what `regroup` makes of a set of rows;
- `<once>()`: a test that holds on one turn of the loop around it;
- `<super>("name")`: what the template that this one fills in has in a block of that name;
- `<block>("name")`: a block, unless a template that extends this one has its own;
- `<extends>("name")`: the template that this one fills in.
"""

from __future__ import annotations

from analyzers.templates.lower import FILLED, KIND, TEMPLATE, block_name, facts_of, macro_name

__all__ = ["FILLED", "KIND", "TEMPLATE", "block_name", "facts_of", "macro_name"]
