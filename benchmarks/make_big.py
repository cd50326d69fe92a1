"""Write test files of given line counts by concatenating real Python modules.

    python make_big.py OUT_DIR [--from SOURCE_DIR] [--lines 500 5000 20000]

Largest modules first, so long classes are included: the hard case for incremental analysis.
The default source is the standard library of the running Python.
"""

import argparse
import ast
import sysconfig
from pathlib import Path

SKIPPED = {"test", "tests", "idlelib", "lib2to3", "site-packages", "__pycache__", "node_modules"}


def modules(source: Path) -> list[Path]:
    found = [p for p in source.rglob("*.py") if not SKIPPED & set(p.relative_to(source).parts)]
    return sorted(found, key=lambda p: (-p.stat().st_size, str(p)))


def usable(path: Path) -> list[str]:
    """The module's lines, or none if it would not parse when concatenated."""
    try:
        text = path.read_text("utf8")
        ast.parse(text)
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return []
    return [line for line in text.splitlines() if not line.startswith("from __future__")]


def last_boundary(lines: list[str], limit: int) -> int:
    """The last blank line before a top-level definition, at or before `limit`."""
    for i in range(min(limit, len(lines) - 1), 0, -1):
        if lines[i].startswith(("def ", "class ", "@", "async def ")) and not lines[i - 1].strip():
            return i
    return 0


def big_file(source: Path, wanted: int) -> str:
    out: list[str] = []
    for path in modules(source):
        lines = usable(path)
        if len(out) + len(lines) > wanted:
            lines = lines[: last_boundary(lines, wanted - len(out))]
        candidate = "\n".join(lines)
        try:
            ast.parse(candidate)
        except SyntaxError:
            continue
        out += lines
        if len(out) > wanted * 0.98:
            break
    return "\n".join(out) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="source", type=Path, default=Path(sysconfig.get_paths()["stdlib"]))
    parser.add_argument("--lines", type=int, nargs="+", default=[500, 5000, 20000])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for wanted in args.lines:
        text = big_file(args.source, wanted)
        ast.parse(text)
        target = args.out / f"b{wanted}.py"
        target.write_text(text, "utf8")
        print(f"{target}: {text.count(chr(10))} lines, {len(text)} characters")


if __name__ == "__main__":
    main()
