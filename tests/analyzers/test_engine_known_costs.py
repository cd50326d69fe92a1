"""Programs whose cost is known because of how they are built: what the engine says is compared with that.

The expected cost comes from the few lines of arithmetic here, not from `analyzers.costs`: a cost is a set of
products, a product a mapping of sizes to (power, logarithms). A generated function calls those generated before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzers import languages
from analyzers.check import complexity
from analyzers.extract import facts_of
from analyzers.project.index import Project

Product = frozenset[tuple[str, int, int]]  # (size, power, logarithms)
Sum = frozenset[Product]

ONE: Sum = frozenset({frozenset()})
PYTHON = languages.for_path("a.py")
assert PYTHON is not None


def size(name: str) -> Sum:
    return frozenset({frozenset({(name, 1, 0)})})


def log(cost: Sum) -> Sum:
    return (
        frozenset({frozenset({(name, 0, 1)}) for product in cost for name, power, _ in product if power})
        or ONE
    )


def covers(big: Product, small: Product) -> bool:
    held = {name: (power, logs) for name, power, logs in big}
    return all(held.get(name, (0, 0)) >= (power, logs) for name, power, logs in small)


def reduced(products: Iterable[Product]) -> Sum:
    every = set(products)
    return frozenset(p for p in every if not any(q != p and covers(q, p) for q in every))


def plus(*costs: Sum) -> Sum:
    return reduced(p for cost in (*costs, ONE) for p in cost)


def times(a: Sum, b: Sum) -> Sum:
    out: set[Product] = set()
    for p in a:
        for q in b:
            held = {name: (power, logs) for name, power, logs in p}
            for name, power, logs in q:
                before = held.get(name, (0, 0))
                held[name] = (before[0] + power, before[1] + logs)
            out.add(frozenset((name, *how) for name, how in held.items()))
    return reduced(out)


def renamed(cost: Sum, names: dict[str, str]) -> Sum:
    products = []
    for product in cost:
        one = ONE
        for name, power, logs in product:
            one = times(one, frozenset({frozenset({(names.get(name, name), power, logs)})}))
        products.append(one)
    return plus(*products)


SUPERSCRIPT = str.maketrans("²³⁴⁵⁶⁷⁸⁹", "23456789")


def parsed(text: str) -> Sum:
    """The products of a printed cost. Sizes print as `n`, `|xs|`, `Σ|x.items|`; logarithms follow a space."""
    assert text.startswith("O("), text
    products: list[Product] = []
    for part in text[2:-1].split(" + "):
        held: dict[str, tuple[int, int]] = {}
        plain, *logarithms = (
            part.replace("log ", "log:").replace("log² ", "log2:").replace("log³ ", "log3:").split(" ")
        )
        for factor in plain.split("·"):
            if factor == "1":
                continue
            if factor.startswith("log"):
                logarithms.append(factor)
                continue
            power = 1
            if factor[-1] in "²³⁴⁵⁶⁷⁸⁹":
                power, factor = int(factor[-1].translate(SUPERSCRIPT)), factor[:-1]
            held[factor] = (power, held.get(factor, (0, 0))[1])
        for logarithm in logarithms:
            how, _, name = logarithm.partition(":")
            held[name] = (held.get(name, (0, 0))[0], int(how[3:] or 1))
        products.append(frozenset((name, *how) for name, how in held.items()))
    return reduced(products)


# -------------------------------------------------------------------------------------------------- programs


@dataclass
class Program:
    """Functions of `xs: list[str]`, `ys: list[str]`, `n: int`, and the cost each was built to have."""

    lines: list[str] = field(default_factory=list)
    costs: dict[str, Sum] = field(default_factory=dict)
    names: int = 0

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"


XS, YS, N = size("|xs|"), size("|ys|"), size("n")

CONSTANT = [
    "xs.append('a')",
    "last = xs[-1]",
    "known = 'a' in {'a', 'b'}",
    "print(n)",
    "count = len(ys)",
    "if n > 3: xs.pop()",  # Taken on every turn, it would empty `xs` and so end later loops over it early.
]
LINEAR = {
    "print(n in xs)": XS, "print(xs[:])": XS, "print(max(ys))": YS, "xs.pop(0)": XS, "ys.insert(0, 'a')": YS,
    "print(ys.index('a'))": YS, "print(set(xs))": XS, "print(list(reversed(ys)))": YS, "print(xs + ys)": plus(XS, YS),
    "print(sum(range(n)))": N, "print([len(v) for v in xs])": XS, "print({v: 1 for v in ys})": YS,
    "xs.sort()": times(XS, log(XS)), "print(sorted(ys))": times(YS, log(YS)), "xs.reverse()": XS,
    "print(any(v == 'a' for v in xs))": XS, "print('a' in ys)": YS, "print([(v, w) for v in xs for w in ys])": times(XS, YS),
}  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """The choices of one example."""

    draw: st.DrawFn

    def pick(self, options: list[str]) -> str:
        return self.draw(st.sampled_from(options))


def block(program: Program, choose: Draw, indent: int, depth: int) -> Sum:
    """One to three statements written at an indent; their cost."""
    return plus(*(statement(program, choose, indent, depth) for _ in range(choose.draw(st.integers(1, 2)))))


def statement(program: Program, choose: Draw, indent: int, depth: int) -> Sum:
    pad = "    " * indent
    options = ["constant", "linear", "if", "collected", "helper"]
    if depth:
        options += [
            "over",
            "over",
            "range",
            "triangle",
            "constant loop",
            "halving",
            "stepping",
            "derived",
            "enumerate",
        ]
    if program.costs:
        options += ["call", "call"]
    kind = choose.pick(options)
    if kind == "constant":
        program.lines.append(pad + choose.pick(CONSTANT))
        return ONE
    if kind == "linear":
        text = choose.pick(sorted(LINEAR))
        program.lines.append(pad + text)
        return LINEAR[text]
    if kind == "collected":
        return collected(program, choose, indent)
    if kind == "helper":
        return helper(program, choose, pad)
    if kind == "call":
        return call(program, choose, pad)
    if kind == "if":
        program.lines.append(f"{pad}if n > 3:")
        then = block(program, choose, indent + 1, depth and depth - 1)
        program.lines.append(f"{pad}else:")
        return plus(then, block(program, choose, indent + 1, depth and depth - 1))
    return loop(program, choose, kind, indent, depth)


def collected(program: Program, choose: Draw, indent: int) -> Sum:
    """A list that is filled from a parameter and then gone through, searched, sorted or copied."""
    pad, name, item = "    " * indent, program.fresh("kept"), program.fresh("v")
    over = choose.pick(["xs", "ys"])
    n = size(f"|{over}|")
    how = choose.pick(["append", "set", "comprehension", "copy", "slice", "sorted", "alias", "twice"])
    built = {
        "append": [f"{name} = []", f"for {item} in {over}:", f"    {name}.append({item})"],
        "set": [f"{name} = set()", f"for {item} in {over}:", f"    {name}.add({item})"],
        "comprehension": [f"{name} = [{item} for {item} in {over} if {item}]"],
        "copy": [f"{name} = list({over})"],
        "slice": [f"{name} = {over}[1:]"],
        "sorted": [f"{name} = sorted({over})"],
        "alias": [f"{name} = {over}"],
        "twice": [f"{name} = []", f"for {item} in {over}:", f"    {name} += [{item}, {item}]"],
    }[how]
    use = choose.pick(["over", "in", "sorted", "len", "pairs"])
    used = {
        "over": [f"for {item} in {name}:", f"    print({item})"],
        "in": [f"print('a' in {name})"],
        "sorted": [f"print(sorted({name}))"],
        "len": [f"print(len({name}))"],
        "pairs": [f"for {item} in {name}:", f"    for w{item} in {name}:", f"        print({item}, w{item})"],
    }[use]
    program.lines += [pad + line for line in (*built, *used)]
    first = ONE if how == "alias" else times(n, log(n)) if how == "sorted" else n
    then = {
        "over": n,
        "in": ONE if how == "set" else n,
        "sorted": times(n, log(n)),
        "len": ONE,
        "pairs": times(n, n),
    }
    return plus(first, then[use])


def helper(program: Program, choose: Draw, pad: str) -> Sum:
    """A helper's answer: as long as what it was given, or a number that bounds a loop."""
    item = program.fresh("v")
    over = choose.pick(["xs", "ys"])
    text = choose.pick(
        [
            "kept({})",
            "doubled({})",
            "range(counted({}))",
            "both({}, {})[0]",
            "range(half(len({})))",
            "each({})",
        ]
    )
    program.lines += [f"{pad}for {item} in {text.replace('{}', over)}:", f"{pad}    print({item})"]
    return size(f"|{over}|")


HELPERS = """\
def kept(values: list[str]):
    return [value for value in values if value]


def doubled(values: list[str]):
    out = []
    for value in values:
        out.append(value)
        out.append(value)
    return out


def counted(values: list[str]):
    return len(values)


def both(a: list[str], b: list[str]):
    return a, b


def half(n: int):
    return n // 2


def each(values: list[str]):
    for value in values:
        yield value


"""


def call(program: Program, choose: Draw, pad: str) -> Sum:
    callee = choose.pick(sorted(program.costs))
    first, second, number = (
        choose.pick(["xs", "ys"]),
        choose.pick(["xs", "ys"]),
        choose.pick(["n", "7", "len(xs)"]),
    )
    program.lines.append(f"{pad}{callee}({first}, {second}, {number})")
    cost = renamed(
        program.costs[callee],
        {"|xs|": f"|{first}|", "|ys|": f"|{second}|"} | ({"n": "|xs|"} if "len" in number else {}),
    )
    if number != "7":
        return cost
    return plus(*(frozenset({frozenset(f for f in product if f[0] != "n")}) for product in cost))


def loop(program: Program, choose: Draw, kind: str, indent: int, depth: int) -> Sum:
    pad, item = "    " * indent, program.fresh("v")
    turns, after = ONE, ""
    if kind == "over":
        over = choose.pick(["xs", "ys"])
        program.lines.append(f"{pad}for {item} in {over}:")
        turns = size(f"|{over}|")
    elif kind == "enumerate":
        program.lines.append(f"{pad}for {item}, w{item} in enumerate(ys):")
        turns = YS
    elif kind == "range":
        program.lines.append(f"{pad}for {item} in range(n):")
        turns = N
    elif kind == "triangle":
        program.lines.append(f"{pad}for {item} in range(n):")
        program.lines.append(f"{pad}    for w{item} in range({item}, n):")
        return plus(N, times(times(N, N), block(program, choose, indent + 2, depth - 1)))
    elif kind == "constant loop":
        program.lines.append(f"{pad}for {item} in {choose.pick(['range(9)', '(1, 2, 3)', '[4, 5]'])}:")
    elif kind == "halving":
        program.lines.append(f"{pad}{item} = n")
        program.lines.append(f"{pad}while {item} > 1:")
        turns, after = log(N), f"{item} //= 2"
    elif kind == "stepping":
        program.lines.append(f"{pad}{item} = 0")
        program.lines.append(f"{pad}while {item} < n:")
        turns, after = N, f"{item} += 2"
    elif kind == "derived":
        over = choose.pick(["xs", "ys"])
        program.lines.append(f"{pad}for {item} in {over}:")
        program.lines.append(f"{pad}    for w{item} in {item}.parts:")
        program.lines.append(f"{pad}        print(w{item})")
        return plus(size(f"|{over}|"), size(f"Σ|{item}.parts|"))
    body = block(program, choose, indent + 1, depth - 1)
    if after:
        program.lines.append("    " * (indent + 1) + after)
    return plus(turns, times(turns, body))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    program = Program()
    for number in range(draw(st.integers(1, 3))):
        program.lines.append(f"def f{number}(xs: list[str], ys: list[str], n: int):")
        cost = block(program, Draw(draw), 1, 3)
        program.costs[f"f{number}"] = cost
        program.lines.append("")
    return program


def measured(program: Program) -> dict[str, str]:
    assert PYTHON is not None
    project = Project()
    project.update("/p/a.py", facts_of((HELPERS + "\n".join(program.lines)).encode(), PYTHON))
    return {report.qualname: report.time for report in complexity(project, "/p/a.py")}


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs())
def test_the_cost_is_the_one_the_program_was_built_with(program: Program) -> None:
    found = measured(program)
    for name, cost in program.costs.items():
        if len(cost) > 8:
            continue  # The engine keeps the largest terms of a long sum only.
        assert parsed(found[name]) == cost, f"{name}: {found[name]}\n" + "\n".join(program.lines)


def test_the_arithmetic_of_these_tests() -> None:
    assert plus(XS, times(XS, log(XS)), N) == parsed("O(|xs| log |xs| + n)")
    assert times(plus(XS, YS), XS) == parsed("O(|xs|² + |xs|·|ys|)")
    assert renamed(times(XS, YS), {"|ys|": "|xs|"}) == parsed("O(|xs|²)")
    assert parsed("O(1)") == ONE
