#!/usr/bin/env bash
# A live source with sound made for it: live.sh [SECONDS]. Needs no camera: a moving test picture, played in real time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh"
export GST_PLUGIN_PATH=$here/../.build/release${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}
frames=$((${1:-10} * 30))
gst-launch-1.0 -e videotestsrc is-live=true pattern=ball num-buffers="$frames" ! video/x-raw,width=640,height=360,framerate=30/1 ! \
  v2a hop=512000000 steps=8 ! queue ! audioconvert ! fakesink sync=true
