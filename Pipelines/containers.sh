#!/usr/bin/env bash
# Sends the demo video of the PyPI package iscc-samples through soundtrack.sh in every container: containers.sh [FOLDER]
# FOLDER holds demo.mp4 ... demo.flv; without it the package is fetched with pip. Prints a line a container; fails if one fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ -z $folder ]]; then
  python3 -m pip install -q --disable-pip-version-check --no-deps --target "$work" iscc-samples==0.6.0
  folder=$work/iscc_samples/files/video
fi

failed=0
for kind in ${CONTAINERS:-mp4 mkv webm avi mov ogv mpg flv}; do
  start=$SECONDS
  if "$here/soundtrack.sh" "$folder/demo.$kind" "$work/out.$kind" "a rock band playing" 2>"$work/log" &&
    report=$(gst-discoverer-1.0 -v "$work/out.$kind" 2>/dev/null) &&
    grep -q 'video #' <<<"$report" && grep -q 'audio #' <<<"$report"; then
    duration=$(sed -n 's/^ *Duration: //p' <<<"$report" | head -n 1)
    note=$(grep -o 'encoded again' "$work/log" | head -n 1 || true)
    echo "$kind: sound and video, $duration${note:+ ($note)}, $((SECONDS - start)) s"
  else
    echo "$kind: FAILED" && tail -n 5 "$work/log"
    failed=1
  fi
done
exit $failed
