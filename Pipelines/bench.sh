#!/usr/bin/env bash
# Compares every network with PyTorch, ONNX Runtime and OpenVINO, then measures the whole element: bench.sh [networks|element]
# Needs Python with the packages that README names; fetches onnx, onnxruntime and openvino with pip. Best on a machine without other work.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh"
cd "$here/../Sources/training"
part=${1:-all}
if [[ $part != element ]]; then
  python3 -c 'import onnx, onnxruntime, openvino' 2>/dev/null ||
    python3 -m pip install -q --disable-pip-version-check onnx onnxruntime openvino
  python3 -W ignore -m evaluation.speed
fi
if [[ $part != networks ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  ffmpeg -v error -stream_loop -1 -i "$here/sample.mp4" -t 60 -vf scale=1280:720,fps=25 -c:v libx264 -preset veryfast -an "$work/hd.mp4"
  python3 -m evaluation.performance "$work/hd.mp4"
  python3 -m evaluation.performance --start
  python3 -m evaluation.performance --curve
  python3 -m evaluation.performance --live "${LIVE_SECONDS:-60}"
fi
