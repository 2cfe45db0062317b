#!/usr/bin/env bash
# Builds the kernels for arm64 with Swift's clang and the package's flags, and compares for most of those of the networks and the codec, under emulation, what they make with what this machine's make: relative
# 1e-5. The whole plugin is the business of arm64.sh; this takes a minute. Needs Debian's gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../CShim/Kernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null || { echo "gcc-aarch64-linux-gnu or qemu-user is missing" >&2; exit 1; }
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
flags=(-O3 -fno-math-errno -I"$kernels/include" -I"$kernels")
for file in "$kernels"/*.c "$here/arm64-kernels.c"; do
  name=$(basename "$file" .c)
  "$clang" --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include "${flags[@]}" -c "$file" -o "$work/$name.arm64.o"
  "$clang" "${flags[@]}" -c "$file" -o "$work/$name.here.o"
done
aarch64-linux-gnu-gcc -static "$work"/*.arm64.o -o "$work/arm64" -lm -lpthread
gcc "$work"/*.here.o -o "$work/here" -lm -lpthread
"$work/here" >"$work/here.txt"
qemu-aarch64 "$work/arm64" >"$work/arm64.txt"
# Differences of the three sums, relative to the length of the vector.
paste -d' ' "$work/here.txt" "$work/arm64.txt" | awk -v bound="${BOUND:-1e-5}" '
  { worst = 0
    for (i = 2; i <= 4; i++) { d = ($i - $(i + 4)) / sqrt($3 + 1e-30); if (d < 0) d = -d; if (!(d <= worst)) worst = d }
    printf "%-14s %.1e\n", $1, worst
    if ($1 != $5 || !(worst < bound)) bad = 1 }
  END { if (NR < 15 || bad) { print "kernels differ on arm64" > "/dev/stderr"; exit 1 } }'
