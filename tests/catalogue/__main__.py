"""`python tests/catalogue [NAME]`: the figures of the catalogue, and every case in which `bigo` and the database differ."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

from running import Case, cases, database, disagreements, observe, wrong_marks


def main(only: str = "") -> int:
    reasons: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for case in cases():
        if only not in f"{case.module}.{case.name}":
            continue
        try:
            told = _told(case, reasons, kinds)
        except Exception as error:
            told = f"FAILED: {error!r}"
        if told:
            print(f"{case.module}.{case.name}: {told}")
    print(f"\n{kinds.total()} cases, {kinds['grows']} grow and {kinds['constant']} do not;")
    print(f"{kinds.total() - reasons.total()} agree, {reasons.total()} do not:")
    for reason, count in reasons.most_common():
        print(f"{count:5}  {reason}")
    return 0


def _told(case: Case, reasons: Counter[str], kinds: Counter[str]) -> str:
    database(case.family)
    with redirect_stdout(StringIO()):  # What a case prints is only there to read something.
        seen = observe(case)
    kinds["grows" if seen.grows else "constant"] += 1
    wrong = wrong_marks(case, seen)
    if wrong:
        reasons["WRONG MARKS"] += 1
        return "; ".join(wrong)
    found = disagreements(case, seen)
    if found and not case.disagrees:
        reasons["UNEXPECTED"] += 1
        return "; ".join(found)
    if not found and case.disagrees:
        reasons["AGREES NOW"] += 1
        return "agrees now"
    if case.disagrees:
        reasons[case.disagrees] += 1
    return ""


sys.exit(main(*sys.argv[1:]))
