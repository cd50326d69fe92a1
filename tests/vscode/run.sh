#!/bin/bash
# run.sh [unit|new|old|restricted|ui|all]...      (default: all)
# Tests of the VS Code extension. Exit 0: everything asked for passed. 3: a program is missing (said on stderr).
#   unit        types, unit tests, the package
#   new, old    the extension-host suite in the newest and the lowest supported VS Code
#   restricted  the suite of Restricted Mode, in the newest
#   ui          the packaged extension, driven in the newest as a person would
#   shots       the pictures of docs/images, taken anew (not part of all)
# Environment: BIGO_TEST_CACHE (what is fetched; default .work of the repository, kept between runs), PYTHON (of an
# environment that holds bigo; default .venv), CHROMIUM.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
client=$repository/vscode-client
cache=${BIGO_TEST_CACHE:-$repository/.work}
python=${PYTHON:-$repository/.venv/bin/python}
newest=4.139.1 # VS Code 1.139.1
lowest=4.93.1  # VS Code 1.93.1, as package.json has it in engines
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

missing() { echo "missing: $*" >&2; exit 3; }

need_node() { command -v npm >/dev/null || missing "Node 20 or newer with npm"; }

need_browser() {
  [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome || missing "Chromium (Debian: apt-get install chromium)"
} >/dev/null

need_server() { [ -x "$(dirname "$python")/bigo" ] || missing "bigo in the environment of $python (run scripts/setup)"; }

# `npm ci` in a folder, unless what is installed there is newer than the lock file.
install_packages() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] ||
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error >&2)
}

install_playwright() {
  mkdir -p "$cache/playwright"
  for file in package.json package-lock.json .npmrc; do
    cmp -s "$here/$file" "$cache/playwright/$file" || cp "$here/$file" "$cache/playwright/"
  done
  install_packages "$cache/playwright"
  export PLAYWRIGHT_DIR=$cache/playwright
}

prepare() {
  need_node
  install_packages "$client"
  (cd "$client" && node scripts/build.mjs)
}

prepare_editor() {
  need_browser
  need_server
  prepare
  install_playwright
  "$here/setup.sh" "$cache/vscode-$1" "$1"
}

package() { (cd "$client" && npm run -s package >&2); }

suite() { node "$here/run-suite.mjs" --vscode "$cache/vscode-$1" --python "$python" --suite "$2"; }

one() {
  case $1 in
    unit)       prepare
                (cd "$client" && npm run -s typecheck && npm run -s test)
                package ;;
    new)        prepare_editor "$newest"; suite "$newest" main ;;
    old)        prepare_editor "$lowest"; suite "$lowest" main ;;
    restricted) prepare_editor "$newest"; suite "$newest" restricted ;;
    ui)         prepare_editor "$newest"; package
                node "$here/drive.mjs" --vscode "$cache/vscode-$newest" --python "$python" --vsix "$client/bigo.vsix" --out "$cache/vscode-ui" ;;
    shots)      prepare_editor "$newest"; package
                node "$here/shots.mjs" --vscode "$cache/vscode-$newest" --python "$python" --vsix "$client/bigo.vsix" --out "$repository/docs/images" ;;
    *)          sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
}

[ $# -gt 0 ] || set -- all
[ "$1" != all ] || set -- unit new old restricted ui
for name in "$@"; do
  echo "== vscode $name"
  one "$name"
done
