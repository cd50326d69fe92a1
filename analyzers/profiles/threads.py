"""The main thread of a recording: whose time an interface, a server's loop or a script waits for."""

from __future__ import annotations

import math
import re

import msgspec

from analyzers.profiles.profile import Node, Profile

_MAIN = re.compile(r"MainThread|CrRendererMain|GeckoMain|\bmain\b", re.IGNORECASE)


def main_of(profile: Profile) -> int | None:
    """Which of the threads is the main one; of several the busiest. None where neither a name nor a stack tells."""
    threads = profile.threads
    found = [index for index, thread in enumerate(threads) if thread.is_main]
    found = found or [index for index, thread in enumerate(threads) if _MAIN.search(thread.name)]
    # A Python program begins at the top level of its script; its other threads begin in `threading`.
    found = found or sorted(
        {node.thread for node in profile.nodes if profile.frames[node.frame].name == "<module>"}
    )
    known = [index for index in found if index < len(threads)]
    return max(known, key=lambda index: threads[index].total, default=None)


def of_main_thread(profile: Profile) -> Profile:
    """What the main thread did; the profile itself where its stacks are not told apart by threads."""
    main = main_of(profile)
    if main is None or len(profile.threads) < 2 or not profile.nodes:
        return profile
    nodes: list[Node] = []
    moved: dict[int, int] = {}
    for index, node in enumerate(profile.nodes):
        if node.thread == main:
            moved[index] = len(nodes)
            nodes.append(msgspec.structs.replace(node, parent=moved.get(node.parent, -1)))
    total = math.fsum(node.own for node in nodes)
    if total <= 0:
        return profile
    samples = None if profile.samples is None else sum(node.samples for node in nodes)
    return msgspec.structs.replace(
        profile, nodes=tuple(nodes), total=total, samples=samples, threads=(profile.threads[main],)
    )
