#!/usr/bin/env bash
# Install the Debian packages that some tests need: an EGL driver on the CPU for the Filament
# renderer, and PostgreSQL for the studio's database. Without them those tests skip, and the program
# falls back to its own renderer.
set -euo pipefail
packages=(libegl1 libgl1 libgl1-mesa-dri postgresql)
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "No apt-get or not root: leaving ${packages[*]} as they are."
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
