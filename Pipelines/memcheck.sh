#!/usr/bin/env bash
# Runs short pipelines with the real plugin under valgrind's memcheck, and fails when the stack of an error, or of a block that is
# definitely lost, goes through the plugin: memcheck.sh
#
# Memcheck knows no AVX-512. It presents a processor with AVX2 to whoever asks CPUID, which both OpenBLAS and the kernels'
# target_clones do, so that nothing has to be switched off. It does not read clang's debug information (DWARF 5): a stripped copy runs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup.sh" valgrind binutils
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strip --strip-debug -o "$work/libgstv2a.so" "$here/../.build/release/libgstv2a.so"
export GST_PLUGIN_PATH=$work GST_REGISTRY=$work/registry.bin G_SLICE=always-malloc G_DEBUG=gc-friendly
gst-inspect-1.0 v2a >/dev/null # the scanner is no part of what is checked

cat >"$work/cues.srt" <<'CUES'
1
00:00:00,000 --> 00:00:01,000
rain
- music
CUES

failed=0
check() { # name, exit status that is expected, pipeline in words
  local name=$1 expected=$2 begun=$SECONDS log=$work/$1.log status=0
  shift 2
  timeout "${MEMCHECK_SECONDS:-400}" valgrind --leak-check=full --num-callers=60 --log-file="$log" \
    gst-launch-1.0 -q "$@" >"$work/out" 2>&1 || status=$?
  # Records are separated by empty lines, once the process number is off.
  sed -E 's/^==[0-9]+== ?//' "$log" >"$log.plain"
  local ours
  ours=$(awk 'BEGIN { RS = "" } /libgstv2a\.so/ && !/are (possibly lost|still reachable|indirectly lost)/' "$log.plain")
  local lost
  lost=$(sed -n 's/^ *definitely lost: //p' "$log.plain")
  echo "memcheck $name: status $status, $(grep -c libgstv2a.so <<<"$ours" || true) lines of errors in the plugin, definitely lost in the process: ${lost:-unknown}, $((SECONDS - begun)) s"
  if ((status != expected)) || [[ -z $lost || -n $ours ]]; then
    failed=1
    cat "$work/out"
    head -n 80 <<<"$ours"
  fi
}

pictures="videotestsrc pattern=ball num-buffers=6 ! video/x-raw,width=64,height=64,framerate=24/1"
settings="steps=1 guidance-scale=1 hop=341333333 context=0"
# shellcheck disable=SC2086
check v2abin 0 $pictures ! v2abin name=b $settings b.video_src ! fakesink b.audio_src ! fakesink b.audio_src_0 ! fakesink \
  filesrc location="$work/cues.srt" ! subparse ! b.prompt_sink
check watermark 0 audiotestsrc wave=pink-noise num-buffers=100 ! audioconvert ! audio/x-raw,rate=48000,channels=2 ! \
  v2awatermark ! v2awatermarkdetect ! fakesink
# shellcheck disable=SC2086
check no-model 1 $pictures ! v2a model=/nonexistent ! fakesink
exit $failed
