#!/usr/bin/env bash
# Builds the whole plugin for arm64 and runs it under emulation beside this machine's build: arm64.sh [WORK [FILTER]]
#
# Debian's Swift (amd64) compiles the package's modules against Debian's Swift library, GStreamer and OpenBLAS for arm64; qemu-user runs
# gst-inspect-1.0 on the result, then one pipeline on either machine, of which the samples are compared (f32, relative L2 below BOUND,
# 1e-4), then unit tests: those whose name has FILTER (a regular expression; none: no test) in it, by default all but the slowest.
# WORK (default ~/.cache/gst-v2a/arm64) takes 4 GB, 6 while it unpacks; the packages, 1.4 GB, are fetched and unpacked there by apt and dpkg-deb alone, and nothing
# is installed. A second run only builds what changed. SUITE: Debian's suite, one with Swift 6.2 or newer (sid).
# Not in test.sh: minutes of work, and a suite that not every machine can reach.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$here/..
work=${1:-$HOME/.cache/gst-v2a/arm64}
filter=${2:-Tensor|Parity|Moves|Tokenizer|Partials|SoftClip|Eventful|StreamingTests|Budget|PromptTrack}
suite=${SUITE:-sid}
skip() { echo "arm64.sh: skipped: $*" >&2; exit 0; }

[[ $(uname -m) == x86_64 ]] || skip "wants an x86-64 machine"
for tool in apt-get dpkg-deb unshare python3; do command -v "$tool" >/dev/null || skip "$tool is missing"; done
mkdir -p "$work"
work=$(cd "$work" && pwd)
root=$work/root

# ---- Debian's packages, unpacked: amd64 for the compiler and the emulator, arm64 for all else, in one tree.
if [[ ! -e $work/unpacked ]]; then
  mkdir -p "$work"/apt/{lists/partial,cache/archives/partial,none} "$work/debs" "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,proc,dev,tmp,opt}
  : >"$work/apt/status"
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -e $key ]] || skip "debian-archive-keyring is missing"
  # This machine's own mirror and its say on how old a list may be.
  mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 2>/dev/null | sed -n '/security/!{p;q}')
  [[ -n $mirror ]] || skip "apt has no Debian mirror here"
  echo "deb [signed-by=$key] $mirror $suite main" >"$work/apt/sources.list"
  cat >"$work/apt/conf" <<EOF
Dir::State "$work/apt"; Dir::State::status "$work/apt/status"; Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list"; Dir::Etc::sourceparts "$work/apt/none"; Dir::Etc::preferencesparts "$work/apt/none";
APT::Architecture "amd64"; APT::Architectures { "amd64"; "arm64"; }; APT::Sandbox::User "$(id -un)"; APT::Install-Recommends "false";
EOF
  export APT_CONFIG=$work/apt/conf
  apt-get update -q >"$work/apt/log" 2>&1 || skip "Debian $suite is out of reach (see $work/apt/log)"
  version=$(apt-cache show swiftlang:arm64 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
  [[ -n $version ]] || skip "Debian $suite has no swiftlang for arm64"
  dpkg --compare-versions "$version" ge 6.2 || skip "Debian $suite has Swift $version; 6.2 or newer is needed"
  dpkg --compare-versions "$version" eq "$(apt-cache show swiftlang:amd64 | sed -n 's/^Version: //p' | head -n 1)" || skip "swiftlang differs between amd64 and arm64 today"
  gcc=$(apt-cache depends gcc:arm64 | sed -n 's/.*Depends: gcc-\([0-9]*\).*/\1/p' | head -n 1)
  apt-get install -q -y --download-only swiftlang:amd64 qemu-user:amd64 libc6-dev:arm64 "libgcc-$gcc-dev:arm64" "libstdc++-$gcc-dev:arm64" \
    libgstreamer1.0-dev:arm64 libgstreamer-plugins-base1.0-dev:arm64 libopenblas-dev:arm64 gstreamer1.0-tools:arm64 gstreamer1.0-plugins-base:arm64 >>"$work/apt/log" 2>&1
  (cd "$work/debs" && apt-get download -q "swiftlang:arm64=$version" "libswiftlang:arm64=$version") >>"$work/apt/log" 2>&1
  unset APT_CONFIG
  for link in bin sbin lib lib64; do [[ -e $root/$link ]] || ln -s "usr/$link" "$root/$link"; done
  leave=(--exclude='./dev/*' --exclude='./usr/share/*' --exclude='./usr/libexec/swift/lib/'{swift_static,liblldb,libsourcekit}'*')
  leave+=(--exclude='./usr/libexec/swift/bin/'{lldb,clangd,docc,sourcekit-lsp,swift-package,wasmkit}'*')
  for deb in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner "${leave[@]}"
    rm "$deb"
  done
  # The libraries that arm64 programs in Swift are compiled against and linked with.
  mkdir -p "$work/swift-arm64"
  for deb in "$work"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/swift-arm64" --no-same-owner --wildcards --exclude='*/swift/host' --exclude='*/embedded' './usr/libexec/swift/lib/swift*' './usr/libexec/swift/lib/clang*'; done
  rm -rf "$root/opt/swift-arm64" && mv "$work/swift-arm64/usr/libexec/swift/lib" "$root/opt/swift-arm64"
  : >"$root/dev/null"
  rm -rf "$work/swift-arm64" "$work"/apt/cache/archives/*.deb "$work"/debs
  touch "$work/unpacked"
fi

# A program of the tree, with /proc, in a mount namespace of its own that goes when it ends.
in_root() {
  local namespace=(unshare --mount)
  ((EUID == 0)) || namespace+=(--map-root-user)
  "${namespace[@]}" bash -c 'mount --rbind /proc "$0/proc" && mount --bind /dev/null "$0/dev/null" && exec env -i PATH=/usr/libexec/swift/bin:/usr/bin HOME=/tmp \
    LD_LIBRARY_PATH=/usr/libexec/swift/lib/swift/linux "$(command -v chroot)" "$0" "$@"' "$root" "$@"
}
# A program for arm64, on a processor with NEON and no more.
emulated() {
  in_root /usr/bin/qemu-aarch64 -cpu cortex-a72 -E LD_LIBRARY_PATH=$gnu/openblas-pthread:$swift/swift/linux -E GST_REGISTRY_FORK=no -E GST_REGISTRY=/tmp/registry \
    -E GST_PLUGIN_SYSTEM_PATH=/out/gstreamer -E GST_PLUGIN_PATH=/out/plugin -E V2A_PRECISION=f32 "$@"
}
swift=/opt/swift-arm64
gnu=/usr/lib/aarch64-linux-gnu
triple=aarch64-unknown-linux-gnu
in_root /usr/bin/qemu-aarch64 --version >/dev/null 2>&1 || skip "no mount namespace or no emulator here"

# ---- The package's modules, with its flags; its tests may look inside.
list() { git -C "$top" ls-files Package.swift CShim 'Sources/V2A*' Tests; }
stamp=$(cd "$top" && list | tr '\n' '\0' | xargs -0 cat "$here/arm64.sh" | sha256sum)
if [[ ! -e $root/out/stamp || $(<"$root/out/stamp") != "$stamp" ]]; then
  rm -rf "$root/src" "$root/out"
  mkdir -p "$root"/src "$root"/out/{maps,modules,objects,plugin,gstreamer}
  (cd "$top" && list | tar -c -T -) | tar -x -C "$root/src" --no-same-owner
  echo "$stamp" >"$root/out/stamp"
fi
include=(-I/usr/include/gstreamer-1.0 -I/usr/include/glib-2.0 "-I$gnu/glib-2.0/include" -I/usr/include/orc-0.4 -I/usr/include/aarch64-linux-gnu/openblas-pthread)
import=("-I/out/modules")
for module in Kernels Element EmbeddedModel Plugin; do
  mkdir -p "$root/out/maps/C$module"
  printf 'module C%s {\n  umbrella "/src/CShim/%s/include"\n  export *\n}\n' $module $module >"$root/out/maps/C$module/module.modulemap"
  import+=(-Xcc "-fmodule-map-file=/out/maps/C$module/module.modulemap" -Xcc "-I/src/CShim/$module/include")
done
for module in COpenBLAS CGStreamer CGstCheck; do import+=(-Xcc "-fmodule-map-file=/src/CShim/$module/module.modulemap"); done

c() {  # FOLDER FLAGS: a target in C
  local folder=$1 source name
  shift
  for source in "$root/src/CShim/$folder"/*.c; do
    name=$folder-$(basename "$source" .c)
    [[ -e $root/out/objects/$name.o ]] && continue
    in_root /usr/libexec/swift/bin/clang -target $triple -O2 -DSWIFT_PACKAGE=1 -fblocks -fPIC -fno-omit-frame-pointer "-I/src/CShim/$folder/include" -I/src/CShim/Element/include "${include[@]}" "$@" \
      -c "/src/CShim/$folder/$(basename "$source")" -o "/out/objects/$name.o"
  done
}
module() {  # NAME FOLDER FLAGS: a target in Swift
  local name=$1 folder=$2
  shift 2
  [[ -e $root/out/objects/$name.o ]] && return
  in_root /usr/libexec/swift/bin/swiftc -module-name "$name" -emit-module -emit-module-path "/out/modules/$name.swiftmodule" -parse-as-library -whole-module-optimization -O \
    -c $(cd "$root" && find "$folder" -name '*.swift' | sort | sed 's#^#/#') -o "/out/objects/$name.o" "${import[@]}" "${include[@]}" -target $triple -resource-dir $swift/swift -swift-version 6 \
    -package-name main -DSWIFT_PACKAGE -DSWIFT_MODULE_RESOURCE_BUNDLE_UNAVAILABLE -module-cache-path /out/cache -Xcc -fPIC -Xcc -fno-omit-frame-pointer "$@"
}
c Kernels -O3 -fno-math-errno
c Element
c EmbeddedModel '-DV2A_MODEL_DIRECTORY="/src/Sources/V2AEngine/Resources/v2a-small"'
c Plugin
modules=(V2ATensor V2ACheckpoint V2ALayers V2AModels V2AStreaming V2AWatermark V2AEngine V2AElement V2APlugin)
for name in "${modules[@]}"; do module $name src/Sources/$name -enable-testing; done
tests=()
if [[ $filter != none ]]; then
  tests=(TensorTests CheckpointTests ModelsTests StreamingTests EngineTests WatermarkTests)
  mkdir -p "$root/src/main"
  printf 'import Testing\n@main struct Main { static func main() async { await Testing.__swiftPMEntryPoint() as Never } }\n' >"$root/src/main/Entry.swift"
  for name in "${tests[@]}"; do module $name src/Tests/$name -Onone -plugin-path /usr/libexec/swift/lib/swift/host/plugins; done
  module Main src/main
fi

libraries=(-L$gnu/openblas-pthread -lopenblas -L$gnu -lgstaudio-1.0 -lgstvideo-1.0 -lgstbase-1.0 -lgstreamer-1.0 -lgobject-2.0 -lglib-2.0)
objects=()
for object in "$root"/out/objects/{Kernels,Element,EmbeddedModel,Plugin}-*.o "${modules[@]/%/.o}"; do objects+=("/out/objects/$(basename "$object")"); done
if [[ ! -e $root/out/plugin/libgstv2a.so ]]; then
  in_root /usr/libexec/swift/bin/swiftc -emit-library -o /out/plugin/libgstv2a.so -target $triple -resource-dir $swift/swift_static -static-stdlib -use-ld=lld "${objects[@]}" "${libraries[@]}" \
    -Xlinker --version-script=/src/CShim/Plugin/exports.map -Xlinker -z -Xlinker nodelete
fi
units=(/out/objects/Main.o)
for name in "${tests[@]}"; do units+=("/out/objects/$name.o"); done
if ((${#tests[@]})) && [[ ! -e $root/out/tests ]]; then
  in_root /usr/libexec/swift/bin/swiftc -emit-executable -o /out/tests -target $triple -resource-dir $swift/swift -use-ld=lld "${objects[@]}" "${units[@]}" "${libraries[@]}"
fi
echo "built with $(in_root /usr/libexec/swift/bin/swiftc --version 2>&1 | head -n 1): $(file -b "$root/out/plugin/libgstv2a.so" | cut -d, -f1-2), $(stat -c %s "$root/out/plugin/libgstv2a.so") bytes"

# ---- GStreamer under emulation.
for name in coreelements rawparse videoconvertscale audioconvert; do ln -sf "$gnu/gstreamer-1.0/libgst$name.so" "$root/out/gstreamer/"; done
echo "$(emulated /usr/bin/gst-inspect-1.0 --version | sed -n 2p), $(in_root /usr/bin/qemu-aarch64 --version | head -n 1)"
for element in v2a v2abin v2awatermark v2awatermarkdetect; do
  emulated /usr/bin/gst-inspect-1.0 $element >"$root/out/$element.txt"
  echo "gst-inspect-1.0 $element: $(grep -c 'flags:' "$root/out/$element.txt") properties, $(sed -n 's/^ *Long-name *//p' "$root/out/$element.txt")"
done

# ---- The same three seconds on both machines: the sample, made small here, so that two versions of a decoder or a scaler cannot differ.
"$here/setup.sh"
gst-launch-1.0 -q filesrc location="$here/sample.mp4" ! decodebin ! videoconvert ! videoscale ! videorate ! video/x-raw,format=RGB,width=96,height=72,framerate=12/1 ! filesink location="$root/out/film"
size=$((96 * 72 * 3))
head -c $((size * 12 * ${LENGTH:-3})) "$root/out/film" >"$root/out/pictures"
pipeline=(v2a seed=7 "steps=${STEPS:-4}" "prompt=a ball bouncing")
source=(blocksize=$size ! rawvideoparse format=rgb width=96 height=72 framerate=12/1)
GST_PLUGIN_PATH=$top/.build/release V2A_PRECISION=f32 gst-launch-1.0 -q filesrc location="$root/out/pictures" "${source[@]}" ! "${pipeline[@]}" ! filesink location="$root/out/here.f32"
SECONDS=0
emulated /usr/bin/gst-launch-1.0 -q filesrc location=/out/pictures "${source[@]}" ! "${pipeline[@]}" ! filesink location=/out/arm64.f32
echo "a soundtrack for ${LENGTH:-3} s of video under emulation: $SECONDS s"
python3 - "$root/out/here.f32" "$root/out/arm64.f32" "${BOUND:-1e-4}" <<'EOF'
import array, math, sys
a, b = (array.array("f", open(name, "rb").read()) for name in sys.argv[1:3])
assert len(a) == len(b) > 0, f"{len(a)} samples here, {len(b)} on arm64"
norm, other = math.sqrt(sum(x * x for x in a)), math.sqrt(sum(x * x for x in b))
error = math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b))) / norm
print(f"{len(a) // 2} stereo samples, root mean square {norm / math.sqrt(len(a)):.4f}, peak {max(map(abs, a)):.3f}: largest difference "
      f"{max(abs(x - y) for x, y in zip(a, b)):.1e}, relative L2 {error:.1e}, correlation {sum(x * y for x, y in zip(a, b)) / (norm * other):.10f}")
sys.exit(0 if error < float(sys.argv[3]) else "the sound differs on arm64")
EOF

# ---- Unit tests.
if ((${#tests[@]})); then
  emulated /out/tests --testing-library swift-testing --filter "$filter" >"$root/out/tests.txt" 2>&1 || { cat "$root/out/tests.txt"; echo "tests fail on arm64" >&2; exit 1; }
  grep -E '^parity|Test run' "$root/out/tests.txt"
fi
