#!/usr/bin/env bash
# Sees to it that the Debian packages named are here: installs what is missing as root, else
# prints the command. Exits 0 only when all of them are installed.
#   tools/debian-packages.sh mosquitto postgresql chromium
set -euo pipefail

missing=()
for package in "$@"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
  echo "This is no Debian. Please install by hand: ${missing[*]}" >&2
  exit 1
fi
if ((EUID != 0)); then
  echo "Some Debian packages are missing. Please run:" >&2
  echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Services belong to the tests, which start their own: nothing may start by itself.
install_quietly() {
  apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
install_quietly || { apt-get update --quiet && install_quietly; }
