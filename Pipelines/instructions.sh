#!/usr/bin/env bash
# Guards the engine's cost without a clock: no allocation in a step of the sampler, and the instructions of loading and one window by
# callgrind within 5 % of the committed figure. instructions.sh [--update] writes the figure anew.
#
# Products go through OpenBLAS's kernels for Nehalem here, whatever the machine: valgrind knows no AVX-512 and takes minutes for
# fused multiply-adds. So this guards what is computed, how often, and all code around the products, not the kernels of
# CShim/Kernels/packed.c, which evaluation/speed.py measures. The figure belongs to the embedded model, OpenBLAS's version and the
# toolchain's minor version, and has to be written anew with any of them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh" valgrind
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without debugging information, which older versions of valgrind cannot read.
tool=$work/v2a-tool
strip -g -o "$tool" "$here/../.build/release/v2a-tool"
figure=$here/instructions.txt
export V2A_THREADS=1

clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
"$clang" -O1 -shared -fPIC -o "$work/allocations.so" "$here/allocations.c"
# By seeds of its own each time, hashing takes up to fifty more or less.
allocations() { SWIFT_DETERMINISTIC_HASHING=1 LD_PRELOAD=$work/allocations.so "$tool" bench --still --seconds 2 --steps "$1" 2>&1 | sed -n 's/^allocations: //p'; }
# A still picture, which has next to no partials: those allocate in each chunk, and how many there are depends on the steps while
# these are few.
few=$(allocations 64)
many=$(allocations 192)
[[ -n $few && -n $many ]] || { echo "the allocations could not be counted" >&2; exit 1; }
echo "allocations: $few with 64 steps, $many with 192"
# What is printed afterwards takes a few more or less.
((many - few < 32)) || { echo "a step of the sampler allocates" >&2; exit 1; }

export V2A_KERNELS=blas OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Nehalem
valgrind --tool=callgrind --callgrind-out-file=/dev/null "$tool" bench --still --seconds 2 --steps 2 >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
count=$(sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$work/log")
if [[ ${1:-} == --update ]]; then echo "$count" >"$figure"; fi
committed=$(<"$figure")
echo "instructions: $count, committed $committed, ratio $(awk "BEGIN { printf \"%.4f\", $count / $committed }")"
awk "BEGIN { r = $count / $committed; exit !(r > 0.95 && r < 1.05) }" || { echo "more than 5 % from the committed figure" >&2; exit 1; }
