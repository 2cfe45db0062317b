#!/usr/bin/env bash
# Sets the machine up and runs every test.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
"$here/setup.sh"
cd "$root"

echo "== unit, parity, element and plugin tests"
"$here/build-tests.sh"
swift test --skip-build 2>&1 | grep -v 'prohibited flag'

echo "== soundtrack.sh on the sample"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/soundtrack.sh" "$here/sample.mp4" "$work/sample.mkv" "a ball bouncing"
gst-discoverer-1.0 -v "$work/sample.mkv" >"$work/report"
grep -q 'video #' "$work/report" && grep -q 'audio #' "$work/report"
grep -q 'watermark gst-v2a:76326101' "$work/report"
"$root/.build/release/v2a-tool" detect "$work/sample.mkv"
echo "== variations.sh"
V2A="steps=2" "$here/variations.sh" "$here/sample.mp4" "$work/variations.mkv" 3 "rain|a ball bouncing"
[[ $(gst-discoverer-1.0 -v "$work/variations.mkv" | grep -c 'audio #') == 3 ]]
echo "== soundtrack.sh on what is no video"
echo "no video" >"$work/text.mp4"
: >"$work/empty.mp4"
for bad in text empty missing; do
  if "$here/soundtrack.sh" "$work/$bad.mp4" "$work/$bad-out.mp4" 2>"$work/log"; then
    echo "$bad.mp4 was accepted" && exit 1
  fi
  grep -qE 'no video stream|no such file' "$work/log" || { cat "$work/log"; exit 1; }
  [[ ! -e $work/$bad-out.mp4 ]]
done
echo "== live.sh"
timeout 60 "$here/live.sh" 4 >"$work/live.log" 2>&1 || { cat "$work/live.log"; exit 1; }
echo "== sign.py"
if python3 -m pip --version >/dev/null 2>&1; then
  python3 -m pip install -q --target "$work/python" c2pa-python==0.38.1
  PYTHONPATH="$work/python" python3 "$here/sign-test.py"
else
  echo "no pip: not tested"
fi
echo "== every container"
V2A="steps=2" "$here/containers.sh" "${V2A_SAMPLES:-}"
echo "== instructions and allocations of a window"
"$here/instructions.sh"
echo "all tests passed"
