#!/bin/bash
# get-deb.sh SUITE[,SUITE...] PREFIX PACKAGE...
# Unpack PACKAGEs of another Debian suite with everything they depend on (libc too) into PREFIX. Nothing is installed:
# apt works on a private state, with the mirror and proxy of the machine's own apt configuration.
# The last suite is the target, e.g. "forky" or "bookworm,bookworm-backports". Overrides: MIRROR=URI KEYRING=FILE.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
suites=$1 prefix=$2; shift 2
stamp="$suites $*"
[ "$(cat "$prefix/.get-deb" 2>/dev/null || true)" != "$stamp" ] || { echo "already there: $prefix"; exit 0; }
for tool in apt-get dpkg-deb; do
  command -v $tool > /dev/null || { echo "get-deb.sh: $tool is missing; this works on Debian and its descendants only" >&2; exit 2; }
done

# The archive that serves this machine's own release, not its security or updates suite.
id=$(. /etc/os-release && echo "${ID:-}") codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=${MIRROR:-}
if [ -z "$mirror" ] && [ "$id" = debian ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 'Created-By: Packages' |
    awk -F'|' -v c="$codename" '$2 == c { print $1; exit }')
fi
mirror=${mirror:-http://deb.debian.org/debian}
keyring=${KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
[ -r "$keyring" ] || { echo "get-deb.sh: no $keyring; install debian-archive-keyring or set KEYRING" >&2; exit 2; }

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{etc/preferences.d,etc/apt.conf.d,etc/trusted.gpg.d,lists/partial,cache/archives/partial,log}
: > "$work/status"
for s in ${suites//,/ }; do echo "deb [signed-by=$keyring] $mirror $s main"; done > "$work/etc/sources.list"
{ apt-config dump | grep -iE '^Acquire::(https?::|Retries)' || true
  cat <<C
Dir::Etc "$work/etc"; Dir::Etc::sourcelist "$work/etc/sources.list"; Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists"; Dir::State::status "$work/status"; Dir::State::extended_states "$work/ext";
Dir::Cache "$work/cache"; Dir::Log "$work/log"; Debug::NoLocking "true"; APT::Sandbox::User "root";
APT::Install-Recommends "false"; APT::Get::Assume-Yes "true"; Acquire::Retries "3";
Acquire::Check-Valid-Until "false"; // a mirror may be a dated snapshot; signatures are still checked
C
} > "$work/apt.conf"
export APT_CONFIG=$work/apt.conf
# An unreachable suite is only a warning by default, and would show later as a missing package.
apt-get -qq -o APT::Update::Error-Mode=any update || {
  echo "get-deb.sh: $mirror does not serve the suite(s) $suites (moved to archive.debian.org, or offline?); set MIRROR" >&2; exit 1; }
apt-get -qq -t "${suites##*,}" install --download-only "$@" > /dev/null || {
  echo "get-deb.sh: $mirror has no installable $* in $suites" >&2; exit 1; }
rm -rf "$prefix.new"; mkdir -p "$prefix.new"      # whole or not at all: a broken-off unpacking is never taken for done
n=0; for d in "$work"/cache/archives/*.deb; do dpkg-deb -x "$d" "$prefix.new"; n=$((n + 1)); done
echo "$stamp" > "$prefix.new/.get-deb"
[ ! -e "$prefix/.get-deb" ] || rm -rf "$prefix"
mv -T "$prefix.new" "$prefix"
echo "$n packages in $prefix ($(du -sh "$prefix" | cut -f1))"
