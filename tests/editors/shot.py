"""The pictures of Neovim in the documentation, taken from the real program, the real server and examples/shop.

    python tests/editors/shot.py [FOLDER]       writes neovim.png and neovim-diff.png; FOLDER is docs/images by default

Needs tmux, Chromium and `tests/editors/fetch.sh nvim-new`. The rewrite is answered by the stand-in Messages API.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from editor_desk import HERE, REPO, editor, make_desk, program
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


def pictures(folder: Path) -> None:
    """Write both pictures into `folder`."""
    with tempfile.TemporaryDirectory() as scratch, make_desk(Path(scratch), ANSWER) as desk:
        shop = desk.workspace / "shop"
        shutil.copytree(REPO / "examples" / "shop", shop)
        command = [*editor("nvim-new"), "-u", str(HERE / "nvim" / "shot.lua"), "-i", "NONE", FILE]
        size = {"columns": COLUMNS, "rows": ROWS}
        with terminal(program("tmux"), command, folder=shop, environment=desk.environment, **size) as screen:
            screen.until(r"●")
            screen.keys("/if order.customer_id ==", "Enter")
            screen.keys(":nohlsearch", "Enter", "zt", "K")
            screen.until("because|Because|O\\(")
            take(screen, folder / "neovim.png")
            screen.keys("Escape", ":LspBigoRewrite", "Enter")
            screen.until("discard")
            take(screen, folder / "neovim-diff.png")
            screen.keys("q", ":qall!", "Enter")


if __name__ == "__main__":
    pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "docs" / "images")
