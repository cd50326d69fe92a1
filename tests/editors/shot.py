"""The pictures of Neovim in the documentation, taken from the real program, the real server and examples/shop.

    python tests/editors/shot.py [FOLDER]       writes neovim.png and neovim-diff.png; FOLDER is docs/images by default

Needs tmux, Chromium and `tests/editors/fetch.sh nvim-new`. The rewrite is answered by the stand-in Messages API.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from editor_desk import HERE, REPO, Desk, editor, make_desk, program
from terminal import Terminal, terminal
from terminal_image import to_png

COLUMNS, ROWS = 118, 34
FILE = "reports/customers.py"

ANSWER = '''\
<before>time O(|customers|·|orders|), space O(|customers|)</before>
<after>time O(|customers| + |orders|), space O(|customers| + |orders|)</after>
<why>Every customer walked all orders. One walk adds up each customer's orders; a dict then answers at once.</why>
<assumptions>Customer ids are hashable, as int is.</assumptions>
<rewrite>
def spending_by_customer(customers: list[CustomerRow], orders: list[OrderRow]) -> dict[str, int]:
    """Slow: looks through all orders for each customer."""
    cents: dict[int, int] = defaultdict(int)
    for order in orders:
        cents[order.customer_id] += order.cents
    spending = {}
    for customer in customers:
        spending[customer.name] = cents.get(customer.id, 0)
    return spending
</rewrite>
'''


def take(screen: Terminal, path: Path) -> None:
    time.sleep(1)  # let the screen settle: lenses, signs
    to_png(screen.screen(colours=True), COLUMNS, ROWS, program("chromium"), path)
    print(path)


@contextlib.contextmanager
def neovim(desk: Desk, folder: Path) -> Iterator[Terminal]:
    """Neovim on a screen. Its interface would start Neovim again by the path of its program, which for an unpacked
    one is the loader; so the editor listens at a socket, and the interface only attaches to it."""
    nvim, socket = editor("nvim-new"), str(desk.home / "nvim.socket")
    inside = [
        *nvim,
        "--headless",
        "--listen",
        socket,
        "-u",
        str(HERE / "nvim" / "shot.lua"),
        "-i",
        "NONE",
        FILE,
    ]
    editing = subprocess.Popen(inside, cwd=folder, env=desk.environment, stdin=subprocess.DEVNULL)
    try:
        while not Path(socket).exists():
            assert editing.poll() is None, "Neovim ended"
            time.sleep(0.05)
        outside = [*nvim, "--remote-ui", "--server", socket]
        with terminal(
            program("tmux"), outside, folder=folder, environment=desk.environment, columns=COLUMNS, rows=ROWS
        ) as screen:
            yield screen
    finally:
        editing.terminate()
        editing.wait(10)


def pictures(folder: Path) -> None:
    """Write both pictures into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, make_desk(Path(scratch), ANSWER) as desk:
        shop = desk.workspace / "shop"
        shutil.copytree(REPO / "examples" / "shop", shop)
        with neovim(desk, shop) as screen:
            screen.until("●")
            screen.until("% self")  # the profile beside the code is linked
            screen.keys("/def spending_by_customer(", "Enter")
            screen.keys("zt", "/for order", "Enter", "C-l", "K")  # C-l: no highlight of the search
            screen.until("because|Because|turns")
            take(screen, folder / "neovim.png")
            screen.keys("Escape", ":LspBigoRewrite", "Enter")
            screen.until("discard")
            take(screen, folder / "neovim-diff.png")


if __name__ == "__main__":
    pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "docs" / "images")
