"""`python -m lsp_server` is `bigo`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from lsp_server.cli import main

    sys.exit(main())
