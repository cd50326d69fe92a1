"""Files that nobody wrote by hand: does what they cost grow faster than they do?

    python benchmarks/worst.py [--only NAME,...] [--times 1 2 4] [--most 60] [--over 2.6]

Each shape is made at n, 2n and 4n. Of each size, in a process of its own that has looked at another file before: processor seconds
from the text to its findings, then of one edit in the middle of it (a number is another one), and what each doubling multiplied the
first by: 2 is linear, 4 quadratic. With `--over` only shapes with a doubling above that are printed. What takes more than `--most`
processor seconds is stopped and printed as `-`.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import re
import resource
from collections.abc import Callable, Iterator
from itertools import pairwise
from multiprocessing.connection import Connection
from time import process_time

from analyzers import extract, languages
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

Files = dict[str, str]
Shape = tuple[
    str, int, Callable[[int], str | Files]
]  # ending of the file, n, what makes a text or several files

BEFORE = "from django.db import models\n\ndef known(rows):\n    return [row for row in rows if row in rows]\n"
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


LOOPS = "    for row in rows:\n        print(row, x)\n"


def lines(count: int, line: str) -> str:
    """A line many times; `{i}` in it is the number of it, `{j}` of the next."""
    return "\n".join(line.replace("{i}", str(i)).replace("{j}", str(i + 1)) for i in range(count)) + "\n"


def body(count: int, line: str, head: str = "def work(rows, x):") -> str:
    """A function with a loop at its end, since others are not looked at by themselves."""
    return f"{head}\n{lines(count, '    ' + line)}    return [row for row in rows if row in x]\n"


def nested(count: int, opening: str, closing: str = "", inner: str = "1") -> str:
    return opening * count + inner + closing * count + "\n"


def blocks(count: int, head: str, inner: str) -> str:
    """A block in a block in a block."""
    rows = "\n".join(
        "    " * (i + 1) + head.replace("{i}", str(i)).replace("{j}", str(i + 1)) for i in range(count)
    )
    return f"def work(rows, x):\n{rows}\n{'    ' * (count + 1)}{inner}\n{LOOPS}"


def calling(count: int, line: str, last: str = "return [r for r in rows if r in rows]") -> str:
    """Functions of which each does something with the next."""
    made = lines(count, f"def f{{i}}(rows, x):\n    y = 1\n    {line}\n")
    first = "def first(rows, x):\n    for row in rows:\n        f0(rows, row)\n"
    return f"{made}\ndef f{count}(rows, x):\n    {last}\n\n{first}"


def methods(count: int, line: str) -> str:
    made = lines(count, f"    def m{{i}}(self, rows):\n        y = 1\n        {line}\n")
    return f"class Big:\n{made}    def m{count}(self, rows):\n        return self.m0(rows)\n    def first(self, rows):\n        for row in rows:\n            self.m0(row)\n"


def classes(count: int, head: str, inner: str) -> str:
    first = "class C0:\n    a0 = 1\n    def m(self, rows):\n        return [r for r in rows if r in rows]\n\n"
    return first + lines(count, f"class C{{j}}({head}):\n    {inner}\n")


def bases(count: int) -> str:
    made = lines(count, "class B{i}:\n    a{i} = 1\n    def m{i}(self, rows):\n        return rows\n")
    heads = ", ".join(f"B{i}" for i in range(count))
    used = "\n".join(f"            self.m{i}(rows)" for i in range(count))
    return f"{made}\nclass Big({heads}):\n    def run(self, rows):\n        for row in rows:\n{used}\n"


def tables(count: int) -> str:
    fields = (
        "    name = models.CharField(max_length=80)\n    next = models.ForeignKey('M{j}', models.CASCADE)\n"
    )
    asked = "    def told(self):\n        return [one.next.name for one in M{i}.objects.all()]\n"
    made = lines(count, f"class M{{i}}(models.Model):\n{fields}{asked}")
    return f"from django.db import models\n\n{made}\nclass M{count}(models.Model):\n    name = models.TextField()\n"


def fields(count: int) -> str:
    head = (
        "from django.db import models\nfrom rest_framework import serializers\n\nclass Row(models.Model):\n"
    )
    shown = "\n\nclass RowSerializer(serializers.ModelSerializer):\n    class Meta:\n        model = Row\n"
    names = ", ".join(f'"f{i}"' for i in range(count))
    made = lines(
        count, "    f{i} = models.ForeignKey('Row', models.CASCADE, related_name='r{i}', default={i})"
    )
    asked = lines(count, "    s{i} = serializers.CharField(source='f{i}.f0')")
    return head + made + shown + f"        fields = [{names}]\n" + asked


def views(count: int) -> str:
    head = "from django.db import models\nfrom django.urls import path\nfrom rest_framework import generics, serializers\n\n"
    rows = "class Row(models.Model):\n    name = models.TextField()\n    of = models.ForeignKey('Row', models.CASCADE)\n\n"
    made = (
        "class S{i}(serializers.ModelSerializer):\n    of = serializers.CharField(source='of.name')\n    class Meta:\n"
        "        model = Row\n        fields = ['of']\n\n"
        "class V{i}(generics.ListAPIView):\n    queryset = Row.objects.all()\n    serializer_class = S{i}\n    page = 1\n"
    )
    urls = lines(count, "    path('v{i}/', V{i}.as_view()),")
    return f"{head}{rows}{lines(count, made)}\nurlpatterns = [\n{urls}]\n"


def imports(count: int) -> str:
    used = lines(count, "def f{i}(rows):\n    for row in rows:\n        g{i}(row, 1)\n")
    return lines(count, "from package.m{i} import g{i}") + used


def starred(count: int) -> Files:
    """Modules that import everything of the next, the last of the first."""
    made = {
        f"/w/m{i}.py": f"from m{(i + 1) % count} import *\n\ndef f{i}(rows):\n    for row in rows:\n"
        f"        f{(i + 2) % count}(row)\n        g(row, 1)\n"
        for i in range(count)
    }
    return made


def protobuf(count: int) -> str:
    head = "from google.protobuf import descriptor_pool as _pool\nDESCRIPTOR = _pool.Default().AddSerializedFile(b'"
    data = "".join(f"\\n\\x{i % 90 + 10}name{i}\\x12" for i in range(count))
    spans = lines(count, "  _globals['_M{i}']._serialized_start={i}\n  _globals['_M{i}']._serialized_end={j}")
    return f"{head}{data}')\nif True:\n{spans}"


def stubs(count: int) -> str:
    """What is generated for gRPC: a stub, a servicer and a registration."""
    made = lines(count, "        self.Call{i} = channel.unary_unary('/s/Call{i}', timeout=1)")
    served = lines(count, "    def Call{i}(self, request, context):\n        raise NotImplementedError(1)")
    named = lines(count, "        'Call{i}': grpc.unary_unary_rpc_method_handler(servicer.Call{i}, 1),")
    return (
        f"import grpc\n\nclass Stub:\n    def __init__(self, channel):\n{made}\nclass Servicer:\n{served}\n"
        f"def add(servicer, server):\n    handlers = {{\n{named}    }}\n    server.add(handlers)\n"
    )


def api(count: int) -> str:
    """What is generated of a description of an API: models that name each other, and a client."""
    made = (
        "class Model{i}:\n    def __init__(self, name=None, next=None):\n        self.name = name\n"
        "        self.next: list[Model{j}] = next or []\n        self.number = 1\n"
        "    def to_dict(self):\n        out = {}\n        out['name'] = self.name\n"
        "        out['next'] = [one.to_dict() for one in self.next]\n        return out\n"
    )
    called = lines(
        count, "    def get_{i}(self, key, **more):\n        return self.client.call('/m{i}', key, 1, **more)"
    )
    return f"{lines(count, made)}\nclass Model{count}:\n    pass\n\nclass Client:\n{called}"


def arms(count: int) -> str:
    inner = "".join(
        f"        case {{'kind': {i}, 'value': value}}:\n            x = value\n" for i in range(count)
    )
    return f"def work(rows, x):\n    match rows:\n{inner}{LOOPS}"


def minified(count: int) -> str:
    one = "function a{i}(b,c){{for(var d=0;d<b.length;d++)c.indexOf(b[d])>1&&a{j}(b,c);return c}}"
    return "".join(one.format(i=i, j=i + 1) for i in range(count)) + "\n"


def unions(count: int) -> str:
    kinds = " | ".join(f"{{ kind: 'k{i}', value: number }}" for i in range(count))
    cases = "".join(f"    case 'k{i}': return one.value + {i};\n" for i in range(count))
    return f"type One = {kinds};\nfunction work(one: One) {{\n  switch (one.kind) {{\n{cases}  }}\n}}\n"


SHAPES: dict[str, Shape] = {
    "elif": (".py", 750, lambda n: body(1, "if x == 0:\n        pass" + "".join(f"\n    elif x == {i}:\n        y = {i}" for i in range(n)))),
    "elif that calls": (".py", 750, lambda n: body(1, "if x == 0:\n        pass" + "".join(f"\n    elif x.is_{i}():\n        rows.append({i})" for i in range(n)))),
    "ifs": (".py", 750, lambda n: body(n, "if x == {i}:\n        x = rows[{i}]")),
    "ifs that return": (".py", 750, lambda n: body(n, "if x == {i}:\n        return rows")),
    "tries": (".py", 750, lambda n: body(n, "try:\n        x = rows[{i}]\n    except KeyError:\n        x = {i}")),
    "withs": (".py", 750, lambda n: body(n, "with open(x) as g{i}:\n        x = g{i}.read({i})")),
    "nested ifs": (".py", 50, lambda n: blocks(n, "if x > {i}:", "x = 1")),
    "nested loops": (".py", 20, lambda n: blocks(n, "for r{j} in rows:", "x = 1")),
    "nested loops of parts": (".py", 20, lambda n: blocks(n, "for r{j} in r{i}:", "x = 1").replace("in r0", "in rows")),
    "nested functions": (".py", 25, lambda n: blocks(n, "def g{i}(x):", "return [1, x]")),
    "nested tries": (".py", 25, lambda n: blocks(n, "with g({i}) as x:", "x = 1")),
    "statements": (".py", 1250, lambda n: body(n, "x = x + {i}")),
    "statements of names": (".py", 1250, lambda n: body(n, "v{i} = rows[{i}]")),
    "statements that chain": (".py", 1250, lambda n: body(n, "v{j} = v{i} + [{i}]").replace("v0 +", "rows +")),
    "calls": (".py", 1250, lambda n: body(n, "rows.append(g(x, {i}))")),
    "queries": (".py", 1000, lambda n: "from django.db import models\n\nclass M(models.Model):\n    of = models.ForeignKey('M', models.CASCADE)\n\n" + body(n, "x = M.objects.get(pk={i}).of")),
    "loops": (".py", 600, lambda n: body(n, "for r{i} in rows:\n        x.append([r{i}, {i}])")),
    "loops of their own": (".py", 600, lambda n: body(n, "for r in rows.part{i}:\n        x = x + [r, {i}]")),
    "whiles": (".py", 300, lambda n: body(n, "i = {i}\n    while i < len(rows):\n        i += 1")),
    "loop with many statements": (".py", 600, lambda n: body(1, "for row in rows:\n" + lines(n, "        if row in rows[{i}:]:\n            x.append(row)"))),
    "sums": (".py", 600, lambda n: body(n, "for r in rows.part{i}:\n        for s in r.part{i}:\n            x += {i}")),
    "module": (".py", 1250, lambda n: lines(n, "NAME{i} = make({i})")),
    "one name": (".py", 1250, lambda n: lines(n, "NAME = make({i})") + "def work():\n    for row in NAME:\n        print(row)\n"),
    "one attribute": (".py", 600, lambda n: "class C:\n" + lines(n, "    def m{i}(self, rows):\n        self.rows = [{i}]\n        return [r for r in rows if r in self.rows]")),
    "one global": (".py", 600, lambda n: "ROWS = []\n" + lines(n, "def m{i}(rows):\n    ROWS.append({i})\n    return [r for r in rows if r in ROWS]")),
    "own attributes": (".py", 600, lambda n: "class C:\n    def __init__(self, rows):\n" + lines(n, "        self.a{i} = [{i}]") + lines(n, "    def m{i}(self, rows):\n        return [r for r in rows if r in self.a{i}]")),
    "function chain": (".py", 1250, lambda n: calling(n, "return f{j}(rows, y)")),
    "loop chain": (".py", 300, lambda n: calling(n, "for row in rows:\n        f{j}(row, y)")),
    "function circle": (".py", 500, lambda n: calling(n, "return f{j}(rows, y)", "return f0(rows, x)")),
    "diamonds": (".py", 600, lambda n: calling(n, "return f{j}(rows, y) + f{j}(rows, x)")),
    "kinds in diamonds": (".py", 300, lambda n: calling(n, "return f{j}([rows], y) or f{j}({y: rows}, x)", "return [r for r in rows if r in rows]")),
    "loop diamonds": (".py", 150, lambda n: calling(n, "for row in rows:\n        f{j}(row, y)\n        f{j}(rows, row)", "return [r for r in rows if r in x]")),
    "far calls": (".py", 600, lambda n: calling(n, "for row in rows:\n        f{i}_(row) or y")  + lines(n, "def f{i}_(x):\n    return x.a{i}")),
    "method chain": (".py", 1000, lambda n: methods(n, "return self.m{j}(rows)").replace("return self.m0", "return self.none")),
    "method circle": (".py", 500, lambda n: methods(n, "return self.m{j}(rows)")),
    "method circle with loops": (".py", 250, lambda n: methods(n, "for row in rows:\n            self.m{j}(row)")),
    "visitor": (".py", 250, lambda n: "class V:\n    def visit(self, node):\n        return getattr(self, 'v' + node.kind)(node)\n" + lines(n, "    def v{i}(self, node):\n        for one in node.a{i}:\n            self.visit(one)\n            self.v{j}(1)")),
    "overloads": (".py", 300, lambda n: "class Base:\n    def run(self, rows):\n        for row in rows:\n            self.step(row)\n    def step(self, row):\n        return 1\n\n" + lines(n, "class C{i}(Base):\n    def step(self, row):\n        return [row, {i}]")),
    "bases": (".py", 100, bases),
    "class chain": (".py", 300, lambda n: classes(n, "C{i}", "a{j} = 1")),
    "class chain that calls": (".py", 150, lambda n: classes(n, "C{i}", "def m(self, rows):\n        return super().m(rows) + [1]")),
    "class circle": (".py", 300, lambda n: lines(n, "class C{i}(C{j}):\n    def m{i}(self, rows):\n        return [1 for r in rows if r in self.rows]") + f"class C{n}(C0):\n    rows = []\n"),
    "siblings": (".py", 600, lambda n: classes(n, "C0", "a{j} = 1")),
    "class diamonds": (".py", 150, lambda n: "class C0:\n    def m(self, rows):\n        return 1\n" + lines(n, "class L{j}(C{i}):\n    a = 1\nclass R{j}(C{i}):\n    b = 1\nclass C{j}(L{j}, R{j}):\n    c = 1")),
    "dict": (".py", 5000, lambda n: "TABLE = {\n" + lines(n, "    'key{i}': {i},") + "}\ndef work(rows):\n    return [TABLE[row] for row in rows]\n"),
    "dict of lists": (".py", 2500, lambda n: "TABLE = {\n" + lines(n, "    'key{i}': ['a', {i}],") + "}\ndef work(rows):\n    return [row in TABLE[row] for row in rows]\n"),
    "list of calls": (".py", 2500, lambda n: "TABLE = [\n" + lines(n, "    make('key{i}', {i}),") + "]\ndef work(rows):\n    return [row in TABLE for row in rows]\n"),
    "numbers": (".py", 20000, lambda n: "TABLE = [" + ", ".join(str(i) for i in range(n)) + "]\n"),
    "table of functions": (".py", 1000, lambda n: lines(n, "def f{i}(rows):\n    return [r for r in rows if r in rows]") + "TABLE = {\n" + lines(n, "    {i}: f{i},") + "}\ndef work(rows):\n    for row in rows:\n        TABLE[row](rows)\n"),
    "string": (".py", 200000, lambda n: f"TEXT = '{'word ' * n}'\nX = 1\n"),
    "string of lines": (".py", 20000, lambda n: "TEXT = '''\n" + lines(n, "a line of text, the {i}th") + "'''\nX = 1\n"),
    "comments": (".py", 10000, lambda n: lines(n, "# the {i}th") + lines(n // 10, "x = {i}  # bigo: ignore[nested-scan]")),
    "decorators": (".py", 600, lambda n: lines(n, "@mark({i})") + "def work(rows):\n    return [r for r in rows if r in rows]\n"),
    "decorated": (".py", 600, lambda n: lines(n, "@app.route('/r{i}/<int:x>')\n@cached(60)\ndef r{i}(rows, x):\n    for row in rows:\n        print(row)")),
    "parameters": (".py", 600, lambda n: "def work(rows, " + ", ".join(f"p{i}={i}" for i in range(n)) + "):\n    for row in rows:\n        g(row)\n\ndef other(rows):\n    for row in rows:\n        work(rows, " + ", ".join(f"p{i}=rows" for i in range(n)) + ")\n"),
    "tables": (".py", 200, tables),
    "fields": (".py", 200, fields),
    "views": (".py", 150, views),
    "comprehensions": (".py", 400, lambda n: "def work(rows):\n    return [" + ", ".join(f"[r for r in rows if r.a == {i}]" for i in range(n)) + "]\n"),
    "comprehensions in a sum": (".py", 50, lambda n: "def work(rows):\n    return " + " + ".join(f"[r for r in rows if r.a == {i}]" for i in range(n)) + "\n"),
    "ands": (".py", 400, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + " and ".join(f"x.a{i} > {i}" for i in range(n)) + "\n"),
    "sum of names": (".py", 200, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + " + ".join(f"x.a{i} * {i}" for i in range(n)) + "\n"),
    "text in pieces": (".py", 200, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + " + ".join(f"'a' + str({i})" for i in range(n)) + "\n"),
    "calls in a row": (".py", 125, lambda n: "def work(rows, x):\n" + LOOPS + "    return x" + "".join(f".b{i % 9}({i})" for i in range(n)) + "\n"),
    "filters in a row": (".py", 125, lambda n: "from django.db import models\n\nclass M(models.Model):\n    a = models.TextField()\n\ndef work(rows, x):\n" + LOOPS + "    return [row.a for row in M.objects" + "".join(f".filter(a={i})" for i in range(n)) + "]\n"),
    "attributes in a row": (".py", 125, lambda n: "def work(rows, x):\n    for row in rows:\n        g(x" + ".next" * n + ", 1)\n"),
    "calls in calls": (".py", 50, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + nested(n, "g(rows, ", ")")),
    "lists in lists": (".py", 50, lambda n: "X = " + nested(n, "[", "]")),
    "dicts in dicts": (".py", 50, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + nested(n, "{'a': ", "}")),
    "tuples in tuples": (".py", 50, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + nested(n, "(2, ", ")")),
    "lambdas in lambdas": (".py", 25, lambda n: "X = " + nested(n, "lambda x: ", "")),
    "ternaries": (".py", 50, lambda n: "def work(rows, x):\n" + LOOPS + "    return " + "".join(f"{i} if x == {i} else " for i in range(n)) + "0\n"),
    "imports": (".py", 1250, imports),
    "stars": (".py", 60, starred),
    "f-strings": (".py", 1250, lambda n: body(n, "x = f'{rows} and {x:>{i}} of {rows[{i}]!r} {i}'")),
    "one f-string": (".py", 1250, lambda n: "def work(rows, x):\n" + LOOPS + "    return f'" + "".join("{x.a" + str(i) + "} " for i in range(n)) + "' * 2\n"),
    "protobuf": (".py", 1250, protobuf),
    "grpc": (".py", 600, stubs),
    "openapi": (".py", 250, api),
    "match": (".py", 600, arms),
    "yields": (".py", 1250, lambda n: body(n, "yield rows[{i}]")),
    "awaits": (".py", 600, lambda n: body(n, "x = await g(rows, {i})", "async def work(rows, x):")),
    "globals": (".py", 600, lambda n: lines(n, "T{i} = [{i}]") + lines(n, "def f{i}(rows):\n    return [r for r in rows if r in T{i}]")),
    "tests": (".py", 600, lambda n: "import unittest\n\nclass T(unittest.TestCase):\n" + lines(n, "    def test_{i}(self):\n        for row in make({i}):\n            self.assertEqual(row, {i})")),
    "dataclasses": (".py", 300, lambda n: "from dataclasses import dataclass\n\n" + lines(n, "@dataclass\nclass D{i}:\n    rows: list[int]\n    next: 'D{j} | None' = None\n    def m(self):\n        return [r for r in self.rows if r in self.rows[1:]]")),
    "pydantic": (".py", 300, lambda n: "from pydantic import BaseModel\n\n" + lines(n, "class D{i}(BaseModel):\n    rows: list[int]\n    next: 'list[D{j}]' = []\n    def m(self):\n        return [r for r in self.rows if r in self.rows[1:]]")),
    "minified": (".js", 1500, minified),
    "minified chain": (".js", 125, lambda n: "var a=b" + "".join(f".c{i % 9}({i})" for i in range(n)) + ";\n"),
    "minified commas": (".js", 1500, lambda n: "function w(a,b){" + ",".join(f"a[{i}]=b.c{i}({i})" for i in range(n)) + "}\n"),
    "else if": (".js", 400, lambda n: "function w(a, b) {\n  if (a) {}\n" + lines(n, "  else if (a === {i}) { b.push({i}); }") + "  for (const c of a) g(c, b);\n}\n"),
    "callbacks": (".js", 25, lambda n: "function w(a) {\n" + "a(function (b) { for (const c of b) { " * n + "x = 1;" + "} });\n" * n + "}\n"),
    "thens": (".js", 125, lambda n: "function w(a) {\n  return a" + "".join(f".then((b{i}) => g(b{i}, {i}))\n" for i in range(n)) + "}\n"),
    "switch": (".js", 600, lambda n: "function w(a, b) {\n  switch (a) {\n" + lines(n, "    case {i}: b.push({i}); break;") + "  }\n  for (const c of a) g(c, b);\n}\n"),
    "functions of a script": (".js", 1250, lambda n: lines(n, "function f{i}(a, b) { for (const c of a) { f{j}(c, 1); } }")),
    "object": (".js", 2500, lambda n: "const T = {\n" + lines(n, "  key{i}: {i},") + "};\nexport function w(a) { return a.map((b) => T[b]); }\n"),
    "object of functions": (".js", 1000, lambda n: "const T = {\n" + lines(n, "  key{i}(a) { return a.filter((b) => a.includes(b) && {i}); },") + "};\nexport function w(a) { return a.map((b) => T.key1(b)); }\n"),
    "exports": (".ts", 1000, lambda n: lines(n, "export const f{i} = (a: number[]) => a.filter((b) => a.includes({i}));")),
    "unions": (".ts", 600, unions),
    "interfaces": (".ts", 600, lambda n: lines(n, "export interface I{i} { next: I{j}; rows: number[]; many: I{j}[]; }") + lines(n, "export function f{i}(a: I{i}) { for (const b of a.many) { g(b.rows, {i}); } }")),
    "script classes": (".ts", 300, lambda n: "class C0 { m(a: number[]) { return 1; } }\n" + lines(n, "class C{j} extends C{i} { m(a: number[]) { for (const b of a) { super.m(a); } return {i}; } }")),
    "enums": (".ts", 1250, lambda n: "enum E {\n" + lines(n, "  A{i} = {i},") + "}\n"),
    "jsx": (".tsx", 300, lambda n: "export function W(p: any) {\n  return <div>\n" + lines(n, "    <A k={{i}}>{p.rows.map((r) => <B r={r} />)}</A>") + "  </div>;\n}\n"),
    "nested jsx": (".tsx", 50, lambda n: "export function W(p: any) {\n  return " + nested(n, "<A k={1}>", "</A>", "x") + "}\n"),
    "open brackets": (".py", 2500, lambda n: "x = " + "(" * n + "\n" + "y = 1\n" * n),
    "broken lines": (".py", 2500, lambda n: lines(n, "def f{i}(:\n    x = [{i}")),
}  # fmt: skip


class Failures(logging.Handler):
    """How often an analysis or a rule failed."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def measured(shape: str, times: int, to: Connection, most: int) -> None:
    """In a process of its own: what opening a file and an edit of it take."""
    resource.setrlimit(resource.RLIMIT_CPU, (most + 1, most + 1))
    ending, size, make = SHAPES[shape]
    made = make(size * times)
    files = made if isinstance(made, dict) else {f"/w/big{ending}": made}
    path, *others = files
    failed = Failures()
    logging.getLogger().addHandler(failed)
    engine, settings = Engine(), Settings()
    engine.analyse("/w/before.py", Text(BEFORE.encode()), "python", settings)
    engine.rehearse("/w/before.py")
    language = languages.for_path(path)
    assert language is not None
    engine.learn([(other, extract.facts_of(files[other].encode(), language)) for other in others])

    text = files[path]
    numbers = [found.span() for found in NUMBER.finditer(text)]
    start, end = numbers[len(numbers) // 2]
    for one in (text, f"{text[:start]}9999{text[end:]}"):
        began = process_time()
        seen = Text(one.encode())
        engine.ready(path, seen)
        found = engine.analyse(path, seen, language.name, settings)
        to.send((process_time() - began, len(found), failed.count))


def received(here: Connection) -> tuple[float, int, int] | None:
    try:
        told: tuple[float, int, int] = here.recv()
    except EOFError:  # The process was stopped.
        return None
    return told


def times_of(shape: str, times: int, most: int) -> Iterator[tuple[float, int, int] | None]:
    """Seconds and findings of the first look and of an edit, each None where it took too long."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=measured, args=(shape, times, there, most))
    child.start()
    there.close()
    for _ in range(2):
        yield received(here)
    child.join()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--over", type=float, default=0.0)
    args = parser.parse_args()
    for shape in args.only.split(",") if args.only else SHAPES:
        rows = [tuple(times_of(shape, times, args.most)) for times in args.times]
        looks, edits = zip(*rows, strict=True)
        growth = [
            after[0] / before[0] if before and after else args.most for before, after in pairwise(looks)
        ]
        if growth and max(growth) < args.over:
            continue
        said = [" ".join(f"{one[0]:7.2f}" if one else "      -" for one in half) for half in (looks, edits)]
        grew = " ".join(f"{one:4.1f}" for one in growth)
        found = looks[0][1] if looks[0] else "-"
        failed = max((one[2] for one in looks if one), default=0)
        told = f", {failed} failures" if failed else ""
        size = SHAPES[shape][1]
        print(
            f"{shape:28} n={size:<6} {said[0]} | {grew} | edit {said[1]} | {found} findings{told}", flush=True
        )


if __name__ == "__main__":
    main()
