#!/usr/bin/env bash
# Gives a video a soundtrack: soundtrack.sh IN OUT ["prompt"]
#
# The video stream is copied, not encoded again, where OUT's container can hold it; sound that IN has is replaced.
# Without arguments: Pipelines/sample.mp4 -> soundtrack.mkv. More settings: V2A="seed=3 steps=8 ..." in the environment.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if (($# == 1 || $# > 3)); then
  echo "usage: soundtrack.sh IN OUT [\"prompt\"]" >&2
  exit 2
fi
in=${1:-$here/sample.mp4}
out=${2:-soundtrack.mkv}
prompt=${3:-}

[[ -f $in ]] || { echo "$in: no such file" >&2; exit 1; }
"$here/setup.sh"
export GST_PLUGIN_PATH=$here/../.build/release${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}

# What the video is coded as.
uri=$(realpath "$in")
caps=$(gst-discoverer-1.0 -v "$uri" 2>/dev/null | sed -n 's/^ *video #[0-9]*: *//p' | head -n 1)
[[ -n $caps ]] || { echo "$in: no video stream was found in this file" >&2; exit 1; }
format=${caps%%,*}
[[ $caps =~ mpegversion=\(int\)([0-9]) ]] && format+=${BASH_REMATCH[1]}

case $format in
  video/x-h264) parser=h264parse ;;
  video/x-h265) parser=h265parse ;;
  video/mpeg1 | video/mpeg2) parser=mpegvideoparse ;;
  video/mpeg4) parser=mpeg4videoparse ;;
  video/x-vp9) parser=vp9parse ;;
  video/x-av1) parser=av1parse ;;
  image/jpeg) parser=jpegparse ;;
  *) parser=identity ;;
esac

# Container, its sound, the video that it holds, and the video coder for all other.
aac="audioconvert ! audioresample ! avenc_aac bitrate=160000 ! aacparse"
mp3="audioconvert ! audioresample ! lamemp3enc ! mpegaudioparse"
opus="audioconvert ! audioresample ! opusenc bitrate=128000"
x264="x264enc speed-preset=faster ! h264parse"
case ${out##*.} in
  mp4 | m4v) mux="mp4mux" sound=$aac holds="video/x-h264 video/x-h265 video/mpeg4 video/x-av1" coder=$x264 ;;
  mov) mux="qtmux" sound=$aac holds="video/x-h264 video/x-h265 video/mpeg4 image/jpeg" coder=$x264 ;;
  mkv) mux="matroskamux" sound=$opus holds="video/x-h264 video/x-h265 video/mpeg1 video/mpeg2 video/mpeg4 video/x-vp8 video/x-vp9 video/x-av1 video/x-theora image/jpeg" coder=$x264 ;;
  webm) mux="webmmux" sound=$opus holds="video/x-vp8 video/x-vp9 video/x-av1" coder="vp8enc deadline=1 target-bitrate=1500000" ;;
  avi) mux="avimux" sound=$mp3 holds="video/x-h264 video/mpeg4 video/mpeg1 video/mpeg2 image/jpeg" coder=$x264 ;;
  ogv | ogg) mux="oggmux" sound="audioconvert ! audioresample ! vorbisenc" holds="video/x-theora video/x-vp8" coder="theoraenc" ;;
  mpg | mpeg) mux="mpegpsmux" sound="audioconvert ! audioresample ! avenc_mp2 bitrate=192000 ! mpegaudioparse" holds="video/mpeg1 video/mpeg2" coder="avenc_mpeg2video bitrate=3000000 ! mpegvideoparse" ;;
  ts) mux="mpegtsmux" sound=$aac holds="video/x-h264 video/x-h265 video/mpeg1 video/mpeg2" coder=$x264 ;;
  flv) mux="flvmux" sound=$aac holds="video/x-h264 video/x-flash-video" coder=$x264 ;;
  *) echo "$out: unknown container; use mp4, mov, mkv, webm, avi, ogv, mpg, ts or flv" >&2; exit 2 ;;
esac

# Unlimited queue on the video's branch: its sound comes a window later (see README, "Behind a tee").
wait="queue max-size-time=0 max-size-bytes=0 max-size-buffers=0"
part=$(mktemp -p "$(dirname "$out")" ".soundtrack-XXXXXX.${out##*.}")
trap 'rm -f "$part"' EXIT

run() { # a pipeline in words; the prompt is handed over unparsed
  # shellcheck disable=SC2086
  gst-launch-1.0 -e "$@" > >(grep --line-buffered -E '^sound|ERROR|WARNING' >&2) 2> >(grep --line-buffered -vE '^$' >&2)
}
quoted=$(printf '%s' "$prompt" | sed 's/\\/\\\\/g; s/"/\\"/g')

copied=false
if [[ " $holds " == *" $format "* ]]; then
  # shellcheck disable=SC2086
  if run $mux name=mux ! filesink location="$part" filesrc location="$in" ! parsebin name=parts \
    parts. ! "${caps%%,*}" ! tee name=t t. ! $wait ! $parser ! mux. \
    t. ! $wait ! decodebin ! queue ! v2a name=v2a prompt="\"$quoted\"" ${V2A:-} ! \
    progressreport name=sound update-freq=1 format=time ! $sound ! queue ! mux. && [[ -s $part ]]; then
    copied=true
  else
    echo "the video could not be copied as it is; it is encoded again" >&2
  fi
fi
if ! $copied; then
  # shellcheck disable=SC2086
  run $mux name=mux ! filesink location="$part" filesrc location="$in" ! decodebin name=parts \
    parts. ! "video/x-raw" ! tee name=t t. ! $wait ! videoconvert ! $coder ! queue ! mux. \
    t. ! queue ! v2a name=v2a prompt="\"$quoted\"" ${V2A:-} ! \
    progressreport name=sound update-freq=1 format=time ! $sound ! queue ! mux. || { echo "$in: no soundtrack could be made" >&2; exit 1; }
fi
mv -f "$part" "$out"
trap - EXIT
echo "$out" >&2
