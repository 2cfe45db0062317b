#!/usr/bin/env bash
# Builds the tests; says so in a line, or why not, be it a full disk: build-tests.sh [OPTION OF swift build...]
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests "$@" >"$log" 2>&1 || { tail -n 60 "$log"; df -h .; exit 1; }
tail -n 1 "$log"
