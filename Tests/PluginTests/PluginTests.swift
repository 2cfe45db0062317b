import Foundation
import Testing

/// The real libgstv2a.so of the build folder, in child processes.
@Suite(.serialized) struct PluginTests {
  static let folder: URL = {
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    // The test process may belong to the toolchain; the build folder is then found from the package.
    let near = URL(filePath: executable).deletingLastPathComponent()
    if FileManager.default.fileExists(atPath: near.appending(path: "libgstv2a.so").path) { return near }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug")
  }()

  /// Beside the plugin, emptied by the next run, so that runs leave nothing that adds up.
  static let scratch: URL = {
    let scratch = folder.appending(path: "plugin-tests")
    try? FileManager.default.removeItem(at: scratch)
    return scratch
  }()

  /// Runs a command with only the plugin's folder known; returns status and all output.
  static func run(_ command: String, environment: [String: String] = [:], seconds: Int = 60) throws -> (status: Int32, output: String) {
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["\(seconds)", "/bin/sh", "-c", command]
    process.environment = [
      "PATH": "/usr/bin:/bin", "GST_PLUGIN_PATH": folder.path, "GST_REGISTRY": scratch.appending(path: "registry.bin").path,
      "HOME": scratch.path, "OUT": scratch.path,
    ].merging(environment) { $1 }
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test func inspects() throws {
    let (status, output) = try Self.run("gst-inspect-1.0 v2a && gst-inspect-1.0 -b")
    #expect(status == 0)
    for text in ["Video to audio", "Converter/Video/Audio", "Apache 2.0", "negative-prompt", "guidance-scale", "Blacklisted files:\n\nTotal count: 0"] {
      #expect(output.contains(text), "\(text)")
    }
  }

  @Test func exportsTwoSymbolsAndNeedsNoSwift() throws {
    let library = Self.folder.appending(path: "libgstv2a.so").path
    let (_, symbols) = try Self.run("nm -D --defined-only --extern-only \(library) | awk '$2 ~ /[A-Z]/ {print $3}' | sort | tr '\\n' ' '")
    #expect(symbols == "gst_plugin_v2a_get_desc gst_plugin_v2a_register ")
    let (_, libraries) = try Self.run("ldd \(library)")
    #expect(!libraries.contains("libswift") && !libraries.contains("libFoundation") && !libraries.contains("not found"))
  }

  @Test func exactDuration() throws {
    let (status, output) = try Self.run(
      "gst-launch-1.0 -q videotestsrc num-buffers=48 ! video/x-raw,framerate=24000/1001,width=160,height=90 ! v2a steps=2 ! wavenc ! filesink location=$OUT/a.wav")
    #expect(status == 0, "\(output)")
    // 48 * 1001 / 24000 s of 8 bytes a sample frame, behind a header below 200 bytes.
    let size = try FileManager.default.attributesOfItem(atPath: Self.scratch.appending(path: "a.wav").path)[.size] as? Int ?? 0
    #expect(abs(size - 48 * 1001 * 2 * 8) < 256)
  }

  @Test func monoWhenAsked() throws {
    let (status, _) = try Self.run(
      "gst-launch-1.0 -q videotestsrc num-buffers=20 ! v2a steps=2 ! audio/x-raw,channels=1 ! fakesink")
    #expect(status == 0)
  }

  /// Video copied beside its soundtrack, as README shows it.
  @Test func teeAndMux() throws {
    let (status, output) = try Self.run(
      "gst-launch-1.0 -q videotestsrc num-buffers=60 ! video/x-raw,width=160,height=120,framerate=30/1 ! tee name=t  t. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! jpegenc ! matroskamux name=mux ! filesink location=$OUT/b.mkv  t. ! queue ! v2a steps=2 ! audioconvert ! vorbisenc ! mux.")
    #expect(status == 0, "\(output)")
  }

  @Test func clearErrors() throws {
    let source = "videotestsrc num-buffers=20 ! v2a"
    let missing = try Self.run("gst-launch-1.0 \(source) model=/nonexistent/model ! fakesink")
    #expect(missing.status != 0 && missing.output.contains("no model at /nonexistent/model"))
    try FileManager.default.createDirectory(at: Self.scratch.appending(path: "empty"), withIntermediateDirectories: true)
    let empty = try Self.run("gst-launch-1.0 \(source) model=$OUT/empty ! fakesink")
    #expect(empty.status != 0 && empty.output.contains("config.json"))
    let text = try Self.run("echo hello > $OUT/x.txt; gst-launch-1.0 filesrc location=$OUT/x.txt ! decodebin ! v2a ! fakesink")
    #expect(text.status != 0 && text.output.contains("ERROR"))
  }

  /// The mark goes from `v2a` through a codec and a container to `v2a-tool detect`, and the tag that refers to it too.
  @Test func marksAndDetects() throws {
    let tool = Self.folder.appending(path: "v2a-tool").path
    let made = try Self.run(
      "gst-launch-1.0 -q videotestsrc pattern=ball num-buffers=240 ! video/x-raw,framerate=30/1 ! v2a steps=2 prompt=rain ! audioconvert ! opusenc bitrate=64000 ! matroskamux ! filesink location=$OUT/w.mkv")
    #expect(made.status == 0, "\(made.output)")
    let found = try Self.run("\(tool) detect $OUT/w.mkv")
    #expect(found.status == 0 && found.output.contains("payload 1983013121 (gst-v2a:76326101)"), "\(found.output)")
    let tags = try Self.run("gst-discoverer-1.0 -v $OUT/w.mkv")
    #expect(tags.output.contains("comment: AI-generated audio (gst-v2a), watermark gst-v2a:76326101"))
    let plain = try Self.run(
      "gst-launch-1.0 -q audiotestsrc wave=pink-noise num-buffers=400 ! audioconvert ! wavenc ! filesink location=$OUT/p.wav; \(tool) detect $OUT/p.wav")
    #expect(plain.status == 1 && plain.output.contains("no watermark"), "\(plain.output)")
    #expect(try Self.run("echo hello > $OUT/y.txt; \(tool) detect $OUT/y.txt").status == 2)
    #expect(try Self.run("\(tool) detect /nonexistent").status == 2)
  }

  /// `v2awatermark` and the detector as README shows them; another key finds nothing.
  @Test func watermarkElements() throws {
    let source = "audiotestsrc wave=pink-noise num-buffers=470 ! audioconvert ! audio/x-raw,rate=48000,channels=1"
    let key = try Self.run("gst-launch-1.0 -q \(source) ! v2awatermark payload=42 key=mine ! wavenc ! filesink location=$OUT/k.wav")
    #expect(key.status == 0, "\(key.output)")
    let tool = Self.folder.appending(path: "v2a-tool").path
    #expect(try Self.run("\(tool) detect $OUT/k.wav").status == 1)
    let flac = try Self.run("gst-launch-1.0 -q \(source) ! v2awatermark payload=42 ! audioconvert ! flacenc ! filesink location=$OUT/k.flac; gst-discoverer-1.0 -v $OUT/k.flac")
    #expect(flac.output.contains("AI-generated audio (gst-v2a), watermark gst-v2a:0000002a"), "\(flac.output)")
    let mine = try Self.run("\(tool) detect --key mine $OUT/k.wav")
    #expect(mine.status == 0 && mine.output.contains("payload 42 "), "\(mine.output)")
    let (status, output) = try Self.run(
      "gst-launch-1.0 -q \(source) ! v2awatermark ! v2awatermarkdetect ! fakesink",
      environment: ["GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "G_DEBUG": "fatal-criticals"])
    #expect(status == 0 && !output.contains("object-alive, type-name=(string)Gst"), "\(output.suffix(2000))")
  }

  @Test func leaksNothing() throws {
    let (status, output) = try Self.run(
      "gst-launch-1.0 -q videotestsrc num-buffers=40 ! v2a steps=2 ! fakesink",
      environment: ["GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "G_DEBUG": "fatal-criticals"])
    #expect(status == 0 && !output.contains("object-alive, type-name=(string)Gst"), "\(output.suffix(2000))")
  }
}

extension PluginTests {
  static let here = URL(filePath: #filePath).deletingLastPathComponent()

  /// Pads, properties, ranges and texts as gst-inspect-1.0 shows them, against the files in gst-inspect/. After a change that is
  /// meant: V2A_UPDATE_GOLDEN=1 swift test --filter inspection
  @Test(arguments: ["v2a", "v2abin"]) func inspection(element: String) throws {
    // What depends on where the plugin lies, and on which formats GStreamer knows, is left out.
    let (status, output) = try Self.run(
      "gst-inspect-1.0 \(element) | sed -e '/^Plugin Details/,/^$/d' -e '/format: { (string)ABGR/d' -e 's/[[:space:]]*$//'")
    #expect(status == 0)
    let file = Self.here.appending(path: "gst-inspect/\(element).txt")
    if ProcessInfo.processInfo.environment["V2A_UPDATE_GOLDEN"] != nil { try output.write(to: file, atomically: true, encoding: .utf8) }
    let golden = try String(contentsOf: file, encoding: .utf8)
    let new = Set(output.split(separator: "\n")).subtracting(golden.split(separator: "\n"))
    let gone = Set(golden.split(separator: "\n")).subtracting(output.split(separator: "\n"))
    #expect(output == golden, "new: \(new.sorted()), gone: \(gone.sorted())")
  }

  /// README names every property, pad and message field that there is, and the defaults that are plain words or numbers.
  @Test func readmeNamesEverything() throws {
    let root = Self.here.deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    for element in ["v2a", "v2abin"] {
      let golden = try String(contentsOf: Self.here.appending(path: "gst-inspect/\(element).txt"), encoding: .utf8)
      let properties = golden.matches(of: #/\n  (?<name>[a-z-]+) +: /#).map { String($0.output.name) }.filter { !["name", "parent", "async-handling", "message-forward"].contains($0) }
      #expect(properties.count >= 12)
      for property in properties { #expect(readme.contains("`\(property)`"), "\(element) \(property)") }
      for pad in golden.matches(of: #/template: '(?<name>[^']+)'/#) { #expect(readme.contains("`\(pad.output.name)`"), "\(element) \(pad.output.name)") }
      for match in golden.matches(of: #/\n  (?<name>guidance-scale|steps|seed) +:[^\n]*\n[^\n]*\n[^\n]*Default: +(?<value>\S+)/#) {
        #expect(readme.contains(try Regex("`\(match.output.name)` \\| \(match.output.value) \\|")), "\(match.output.name) \(match.output.value)")
      }
    }
    let messages = try String(contentsOf: root.appending(path: "CShim/Element/messages.c"), encoding: .utf8)
    let window = try #require(messages.firstMatch(of: #/"v2a-window",(?<fields>(.|\n)*?)NULL\)/#)).output.fields
    for field in window.matches(of: #/"(?<name>[a-z-]+)", G_TYPE/#) { #expect(readme.contains("`\(field.output.name)`"), "\(field.output.name)") }
  }

  /// The launch lines in the elements' documentation run.
  @Test func documentedLaunchLines() throws {
    let root = Self.here.deletingLastPathComponent().deletingLastPathComponent()
    var count = 0
    for source in ["gstv2a", "gstv2abin"] {
      let text = try String(contentsOf: root.appending(path: "CShim/Element/\(source).c"), encoding: .utf8)
      for block in text.matches(of: #/\|\[\n \* (?<line>gst-launch-1.0 [^\n]*)\n/#) {
        let sample = root.appending(path: "Pipelines/sample.mp4").path
        let line = block.output.line.replacing("/in.mp4", with: sample).replacing("location=in.mp4", with: "location=\(sample)")
          .replacing("v2a prompt", with: "v2a steps=1 prompt").replacing("v2abin name", with: "v2abin steps=1 name")
        let (status, output) = try Self.run("cd $OUT && \(line)")
        #expect(status == 0, "\(line): \(output.suffix(500))")
        count += 1
      }
    }
    #expect(count >= 2)
  }

  /// The leaks and latency tracers over everything the element can do: text, variations, a muxer, a bin.
  @Test func tracersRunClean() throws {
    try "1\n00:00:00,500 --> 00:00:01,000\nrain\n- music\n".write(to: Self.scratch.appending(path: "cues.srt"), atomically: true, encoding: .utf8)
    for pipeline in [
      "videotestsrc num-buffers=60 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v steps=1 matroskamux name=m ! fakesink  v.src_0 ! m.  v.src_1 ! m.  filesrc location=$OUT/cues.srt ! subparse ! v.prompt_sink",
      "videotestsrc num-buffers=60 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2abin name=b steps=1  b.video_src ! matroskamux name=m ! fakesink  b.audio_src ! m.",
      "videotestsrc is-live=true num-buffers=60 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a steps=1 hop=341000000 ! fakesink sync=true",
    ] {
      // One after the other: the latency tracer of GStreamer 1.22 itself keeps the sink alive.
      for tracer in ["leaks", "latency(flags=pipeline+element+reported)"] {
        let (status, output) = try Self.run(
          "gst-launch-1.0 -q \(pipeline)",
          environment: ["GST_TRACERS": tracer, "GST_DEBUG": "GST_TRACER:7", "G_DEBUG": "fatal-criticals", "GST_DEBUG_NO_COLOR": "1"])
        #expect(status == 0, "\(output.suffix(2000))")
        let alive = output.split(separator: "\n").filter { $0.contains("object-alive, type-name=(string)Gst") }
        #expect(alive.isEmpty, "\(alive)")
        if tracer != "leaks" { #expect(output.contains("element-latency") && output.contains("element=(string)v")) }
      }
    }
  }

  /// The debug category is there, and says per window at DEBUG what it did, at LOG and above nothing more than asked for.
  @Test func debugLevels() throws {
    let command = "gst-launch-1.0 -q videotestsrc num-buffers=60 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a steps=1 ! fakesink"
    let quiet = try Self.run(command, environment: ["GST_DEBUG": "v2a:4"])
    let debug = try Self.run(command, environment: ["GST_DEBUG": "v2a:5", "GST_DEBUG_NO_COLOR": "1"])
    #expect(quiet.output.isEmpty && debug.output.contains("window at 0 ns"))
  }

  /// A file through uridecodebin3 and v2abin into Matroska: picture and sound to the end, no thought for queues.
  @Test func uridecodebinAndBin() throws {
    let sample = Self.here.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Pipelines/sample.mp4").path
    let (status, output) = try Self.run(
      "gst-launch-1.0 -q uridecodebin3 uri=file://\(sample) ! v2abin name=b steps=1 b.video_src ! videoconvert ! x264enc speed-preset=ultrafast ! matroskamux name=m ! filesink location=$OUT/bin.mkv  b.audio_src ! audioconvert ! opusenc ! m. && gst-discoverer-1.0 $OUT/bin.mkv")
    #expect(status == 0 && output.contains("audio #") && output.contains("Duration: 0:00:0"), "\(output)")
  }

  /// playbin3 takes v2abin as a video filter when a sink for its sound comes with it: picture and sound to the end, in time.
  /// Alone it is refused, for playbin takes filters with one source pad.
  @Test func playbin() throws {
    let sample = Self.here.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Pipelines/sample.mp4").path
    let play = "gst-launch-1.0 -v playbin3 uri=file://\(sample) flags=video video-sink='fakesink name=picture silent=false sync=true'"
    let (status, output) = try Self.run(
      "\(play) video-filter='v2abin name=b steps=1 b.audio_src ! audioconvert ! fakesink name=sound silent=false sync=true'")
    #expect(status == 0 && !output.contains("ERROR"), "\(output.suffix(2000))")
    let lines = output.split(separator: "\n")
    for sink in ["picture", "sound"] { #expect(lines.contains { $0.contains("(\(sink):sink) E (type: eos") }, "\(sink)") }
    #expect(lines.contains { $0.contains("(sound:sink)") && $0.contains("pts: 0:00:05.9") })
    let alone = try Self.run("\(play) video-filter=v2abin")
    #expect(alone.status != 0 && alone.output.contains("Failed to configure the video sink"), "\(alone.output.suffix(500))")
  }

  /// The throughput table of several elements in one process.
  @Test func elementsTool() throws {
    let tool = Self.folder.appending(path: "v2a-tool").path
    let (status, output) = try Self.run("\(tool) elements --elements 1,2 --seconds 2 --steps 1")
    #expect(status == 0 && output.split(separator: "\n").count == 3 && output.contains("elements"), "\(output)")
  }

  /// The examples in C and Python print every window of the sample, where a compiler and python3-gi are installed.
  @Test(arguments: ["c", "py"]) func examples(language: String) throws {
    let pipelines = Self.here.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Pipelines").path
    let c = "command -v cc >/dev/null && command -v pkg-config >/dev/null || { echo missing; exit 0; }; cc -Wall -Werror \(pipelines)/windows.c -o $OUT/windows $(pkg-config --cflags --libs gstreamer-1.0) && cd $OUT && ./windows file://\(pipelines)/sample.mp4 rain"
    let python = "/usr/bin/python3 -c \"import gi; gi.require_version('Gst', '1.0')\" 2>/dev/null || { echo missing; exit 0; }; cd $OUT && \(pipelines)/windows.py \(pipelines)/sample.mp4 rain"
    let (status, output) = try Self.run(language == "c" ? c : python)
    if output == "missing\n" { return }
    #expect(status == 0 && output.split(separator: "\n").count { $0.contains("steps") } == 6, "\(output)")
  }
}
