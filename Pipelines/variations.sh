#!/usr/bin/env bash
# Several soundtracks for one video, to pick the best: variations.sh IN OUT.mkv [N] ["prompt"]
#
# N (default 4) audio tracks beside the video in one Matroska file, with seeds 0 to N-1 as titles: players switch between them.
# Prompts separated by | go to the tracks in turn. The pictures are looked at once for all. More settings: V2A="steps=8 ...".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if (($# < 2 || $# > 4)) || [[ ${3:-4} != [1-9] && ${3:-4} != [1-5][0-9] ]] || [[ $2 != *.mkv ]]; then
  echo "usage: variations.sh IN OUT.mkv [N, 1 to 59] [\"prompt\" or \"prompt|prompt|...\"]" >&2
  exit 2
fi
in=$1 out=$2 count=${3:-4}
IFS='|' read -r -a prompts <<<"${4:-}"
[[ -f $in ]] || { echo "$in: no such file" >&2; exit 1; }
"$here/setup.sh"
export GST_PLUGIN_PATH=$here/../.build/release${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}

caps=$(gst-discoverer-1.0 -v "$(realpath "$in")" 2>/dev/null | sed -n 's/^ *video #[0-9]*: *//p' | head -n 1)
[[ -n $caps ]] || { echo "$in: no video stream was found in this file" >&2; exit 1; }
case $caps in
  video/x-h264*) parser=h264parse ;;
  video/x-h265*) parser=h265parse ;;
  video/x-vp9*) parser=vp9parse ;;
  video/x-av1*) parser=av1parse ;;
  video/x-vp8* | image/jpeg*) parser=identity ;;
  *) parser= ;;
esac

# One branch a track; the prompt goes to the pad, or all pads take the element's.
settings=() tracks=()
for ((i = 0; i < count; i++)); do
  if ((${#prompts[@]})); then
    prompt=${prompts[i % ${#prompts[@]}]}
    quoted=$(printf '%s' "$prompt" | sed 's/\\/\\\\/g; s/"/\\"/g')
    settings+=("src_$i::prompt=\"$quoted\"")
  fi
  tracks+=("v2a.src_$i" '!' audioconvert '!' audioresample '!' opusenc bitrate=128000 '!' queue '!' mux.)
done

wait=(queue max-size-time=0 max-size-bytes=0 max-size-buffers=0)
part=$(mktemp -p "$(dirname "$out")" ".variations-XXXXXX.mkv")
trap 'rm -f "$part"' EXIT
run() {
  # shellcheck disable=SC2086
  gst-launch-1.0 -e matroskamux name=mux ! filesink location="$part" "$@" ! \
    v2a name=v2a ${V2A:-} "${settings[@]}" "${tracks[@]}" > >(grep --line-buffered -E 'ERROR|WARNING' >&2) 2> >(grep --line-buffered -vE '^$' >&2)
}

if [[ -n $parser ]]; then
  run filesrc location="$in" ! parsebin name=parts parts. ! "${caps%%,*}" ! tee name=t \
    t. ! "${wait[@]}" ! "$parser" ! mux. t. ! "${wait[@]}" ! decodebin ! queue
else
  run filesrc location="$in" ! decodebin name=parts parts. ! video/x-raw ! tee name=t \
    t. ! "${wait[@]}" ! videoconvert ! x264enc speed-preset=faster ! h264parse ! queue ! mux. t. ! queue
fi || { echo "$in: no soundtracks could be made" >&2; exit 1; }
mv -f "$part" "$out"
trap - EXIT
echo "$out" >&2
