#!/usr/bin/env bash
# Runs the element's tests under AddressSanitizer, and networks that two threads share under ThreadSanitizer: sanitize.sh
#
# Leaks are memcheck.sh's and the leaks tracer's: GLib allocates much once and for all. The suites that wait for the clock, and those that
# start the plugin in other processes, are left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh"
cd "$here/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

build() { # the sanitizer, its folder; says why it failed, be it a full disk
  swift build --build-tests "$@" >"$log" 2>&1 || { tail -n 60 "$log" && df -h . && exit 1; }
  tail -n 1 "$log"
}

where=(--sanitize=address --scratch-path .build/asan)
build "${where[@]}"
ASAN_OPTIONS=detect_leaks=0 swift test --skip-build "${where[@]}" \
  --filter 'StressTests|SeekTests|StreamTests|PromptTests|VariationTests|BinTests|ConventionTests|ElementSuites/ElementTests' 2>&1 |
  grep -E '✘|Test run|ERROR: AddressSanitizer|SUMMARY|^ +#'

where=(--sanitize=thread --scratch-path .build/tsan)
build "${where[@]}"
swift test --skip-build "${where[@]}" --filter 'ThreadTests|helperDoesEachThingOnce' 2>&1 |
  grep -E '✘|Test run|WARNING: ThreadSanitizer|SUMMARY|^ +#'
