#!/usr/bin/env bash
# Installs the Debian packages that are missing (and those that are named: setup.sh [PACKAGE ...]) and builds the release plugin. A second
# run is over at once.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

packages=(libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libopenblas-dev gstreamer1.0-tools
  gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-libav)

packages+=("$@")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "installing: ${missing[*]}" >&2
  sudo=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "as root: apt-get install ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
fi

command -v swift >/dev/null || { echo "the Swift toolchain (6.2 or newer) is missing: see swift.org/install" >&2; exit 1; }

# The build tool does not see that the embedded model belongs to this C file.
embedded=$root/CShim/EmbeddedModel/embedded_model.c
if [[ -n $(find "$root/Sources/V2AEngine/Resources" -type f -newer "$embedded" -print -quit) ]]; then touch "$embedded"; fi

plugin=$root/.build/release/libgstv2a.so
if [[ ! -e $plugin || -n $(find "$root/Package.swift" "$root/Sources" "$root/CShim" -type f -not -path '*/training/*' -newer "$plugin" -print -quit) ]]; then
  echo "building the plugin" >&2
  for product in gstv2a v2a-tool; do
    (cd "$root" && swift build -c release --product "$product" 2>&1 | grep -v 'prohibited flag' >&2)
  done
  touch "$plugin"
fi
