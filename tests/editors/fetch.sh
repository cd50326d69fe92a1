#!/bin/bash
# fetch.sh [all | nvim-new nvim-old emacs helix]...   Bring the editors the tests drive into the work folder, once.
# The work folder is BIGO_TEST_CACHE, or .work in the repository; a second run finds everything there.
# nvim-new and helix come from Debian's testing suite, so they move with it; nvim-old is the lowest version supported.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${BIGO_TEST_CACHE:-$here/../../.work}; mkdir -p "$work"; work=$(cd "$work" && pwd)
[ "${1:-all}" != all ] || set -- nvim-new nvim-old emacs helix
for name in "$@"; do
  case $name in
    nvim-new) "$here/get-deb.sh" forky "$work/nvim-new" neovim ;;
    nvim-old) "$here/get-deb.sh" trixie "$work/nvim-old" neovim ;;
    emacs)    "$here/get-deb.sh" bookworm,bookworm-backports "$work/emacs" emacs-nox ;;
    helix)    "$here/get-deb.sh" forky "$work/helix" hx ;;
    *)        echo "fetch.sh: unknown editor: $name" >&2; exit 2 ;;
  esac
done
