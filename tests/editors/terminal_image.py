"""A terminal's screen as a PNG: escape sequences -> HTML -> headless Chromium."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

FONT = 15  # pixels
LINE = 19  # pixels a row is high
MARGIN = 14  # pixels around the screen

PAGE = """\
<!doctype html><meta charset="utf-8">
<style>
  * {{ margin: 0 }}
  html {{ background: {background} }}
  pre {{ padding: {margin}px; font: {font}px/{line}px "DejaVu Sans Mono", monospace; color: {foreground}; white-space: pre }}
  span {{ padding: 2px 0 }}
</style>
<pre>{code}</pre>
"""


def to_html(screen: str, *, foreground: str = "#e0e2ea", background: str = "#14161b") -> str:
    """`screen` is what `tmux capture-pane -e` prints; the two colours are for cells that name none."""
    # Curly underlines and their colours are newer than the parser: a plain underline says the same.
    screen = re.sub(r"\x1b\[4:\d+m", "\x1b[4m", screen)
    screen = re.sub(r"\x1b\[58[:;][\d:;]*m", "", screen)
    console = Console(
        record=True, width=400, file=io.StringIO(), color_system="truecolor", force_terminal=True
    )
    console.print(Text.from_ansi(screen), soft_wrap=True)
    code = console.export_html(inline_styles=True, code_format="{code}")
    return PAGE.format(
        code=code, foreground=foreground, background=background, margin=MARGIN, font=FONT, line=LINE
    )


def to_png(screen: str, columns: int, rows: int, chromium: str, path: Path) -> None:
    """Write the screen to `path`, in double resolution. `chromium` is the browser's program."""
    width, height = round(columns * FONT * 0.6021) + 2 * MARGIN, rows * LINE + 2 * MARGIN
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "screen.html"
        page.write_text(to_html(screen), encoding="utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=2",
        ]
        profile = f"--user-data-dir={folder}/profile"
        place = [f"--window-size={width},{height}", f"--screenshot={path.resolve()}"]
        subprocess.run(
            [chromium, *options, profile, *place, page.as_uri()], check=True, capture_output=True, timeout=120
        )
