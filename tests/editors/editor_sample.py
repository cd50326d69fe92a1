"""The file the editors open, the answer the stand-in gives, and what the function is afterwards."""

from __future__ import annotations

SOURCE = """\
def known(users, orders):
    names = [user["name"] for user in users]
    found = []
    for order in orders:
        if "😋" and order["name"] in names:
            found.append(order)
    return found
"""

REWRITTEN = """\
def known(users, orders):
    names = {user["name"] for user in users}
    return [order for order in orders if order["name"] in names]
"""

ANSWER = f"""\
<before>time O(|users| + |orders|·|users|), space O(|users|)</before>
<after>time O(|users| + |orders|), space O(|users|)</after>
<why>The list was searched once per order; a set answers in constant time.</why>
<assumptions>Names are hashable.</assumptions>
<rewrite>
{REWRITTEN}</rewrite>
"""

MARKED = 'order["name"] in names'  # the text under the diagnostic
FIX = "[Ss]et"  # in the title of the local fix
FIXED = "set(names)"  # appears with the local fix
