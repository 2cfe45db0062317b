#!/usr/bin/env bash
# Runs the element's tests under AddressSanitizer, and networks that two threads share under ThreadSanitizer: sanitize.sh
#
# Leaks are memcheck.sh's and the leaks tracer's: GLib allocates much once and for all. The suites that wait for the clock, and those that
# start the plugin in other processes, are left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh"
cd "$here/.."
where=(--sanitize=address --scratch-path .build/asan)
"$here/build-tests.sh" "${where[@]}"
ASAN_OPTIONS=detect_leaks=0 swift test --skip-build "${where[@]}" \
  --filter 'StressTests|SeekTests|StreamTests|PromptTests|VariationTests|BinTests|ConventionTests|ElementSuites/ElementTests' 2>&1 |
  grep -E '✘|Test run|ERROR: AddressSanitizer|SUMMARY|^ +#'

where=(--sanitize=thread --scratch-path .build/tsan)
"$here/build-tests.sh" "${where[@]}"
swift test --skip-build "${where[@]}" --filter 'ThreadTests|helperDoesEachThingOnce' 2>&1 |
  grep -E '✘|Test run|WARNING: ThreadSanitizer|SUMMARY|^ +#'
