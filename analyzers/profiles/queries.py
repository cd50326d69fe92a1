"""How many database queries a call of a function sends, as far as a tracing profile tells.

The profile counts the calls along every edge. A driver's `execute` sends one query; a function sends what its callees
send, each times how often it is called. The result is a mean over all callers: of a relation's getter that mostly
finds its row loaded, only the part that asks the database counts.
"""

from __future__ import annotations

import re

from analyzers.profiles.profile import Edge, Frame, Profile

_ROUNDS = 60
"""Deeper than the calls between a view and its driver; recursion converges or is cut here."""

_MOST = 1e9

_DRIVER = re.compile(
    r"^(?:\S*[._])?(?:cursor|connection|session|engine|client|database)\w*[._]", re.IGNORECASE
)
_VERB = re.compile(
    r"(?:^|[._])(?:execute|executemany|exec|query|fetchrow|\$queryRaw|\$executeRaw)$", re.IGNORECASE
)
# Without a qualified name the file has to say it: psycopg/cursor.py, pymysql/cursors.py, django/db/backends/*/base.py.
_FILE = re.compile(r"(?:cursor|connection|engine)\w*\.pyx?$|/db/backends/|/sqlalchemy/engine/default\.py$")
_BUILTIN = re.compile(r"^<method '([^']+)' of '([^']+)' objects>$")


def is_execute(frame: Frame) -> bool:
    """Is this a database driver's own way to send a query: `execute` of a cursor or connection, in C or Python?"""
    builtin = _BUILTIN.match(frame.name)
    name = f"{builtin.group(2)}.{builtin.group(1)}" if builtin else frame.name.strip("<>{}")
    if not _VERB.search(name):
        return False
    if _DRIVER.search(name):
        return True
    return bool(_FILE.search(frame.file))


def rates(profile: Profile) -> list[float]:
    """Queries per call for each frame of the profile; zeros where the profile counts no calls."""
    calls = [0] * len(profile.frames)
    for entry in profile.entries:
        calls[entry.frame] += entry.calls or 0
    edges = [edge for edge in profile.edges if edge.calls and calls[edge.caller]]
    senders = {index for index, frame in enumerate(profile.frames) if is_execute(frame)}
    relevant = _towards(edges, senders)
    found = [1.0 if index in senders else 0.0 for index in range(len(calls))]
    for _ in range(_ROUNDS):
        new = dict.fromkeys({edge.caller for edge in relevant}, 0.0)
        for edge in relevant:
            new[edge.caller] += found[edge.callee] * (edge.calls or 0) / calls[edge.caller]
        moved = False
        for frame, rate in new.items():
            # Drivers wrap each other: the outer `execute` sends what the inner one does, where that was seen.
            rate = 1.0 if frame in senders and rate < 0.5 else min(rate, _MOST)
            moved = moved or abs(found[frame] - rate) > 1e-6
            found[frame] = rate
        if not moved:
            break
    return found


def _towards(edges: list[Edge], targets: set[int]) -> list[Edge]:
    """The edges on the ways to a target."""
    into: dict[int, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.callee, []).append(edge)
    found: list[Edge] = []
    seen, pending = set(targets), list(targets)
    while pending:
        for edge in into.get(pending.pop(), ()):
            found.append(edge)
            if edge.caller not in seen:
                seen.add(edge.caller)
                pending.append(edge.caller)
    return found
