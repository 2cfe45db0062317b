import CElement
import CGStreamer
import CGstCheck
import Foundation
import Testing
import V2AElement
import V2AEngine

extension ElementSuites {
  /// Timed prompts, prompts that change while playing, controlled properties, and what the windows' messages say of them.
  @Suite struct PromptTests {
    static let second: UInt64 = 1_000_000_000
    static let video = "videotestsrc num-buffers=300 ! video/x-raw,width=64,height=64,framerate=30/1"

    static func file(_ text: String, _ ending: String) throws -> String {
      let url = FileManager.default.temporaryDirectory.appending(path: "v2a-\(UUID()).\(ending)")
      try text.write(to: url, atomically: true, encoding: .utf8)
      return url.path
    }

    /// Windows by their messages: begin, end, prompt, negative prompt.
    static func windows(_ pipeline: Pipeline, seconds: Double = 20) -> (list: [(from: UInt64, to: UInt64, prompt: String, negative: String)], end: GstMessageType?) {
      var list: [(from: UInt64, to: UInt64, prompt: String, negative: String)] = []
      pipeline.play()
      let end = pipeline.run(seconds: seconds) { message in
        guard message.type == GST_MESSAGE_ELEMENT, let from = message.time("stream-time"), let duration = message.time("duration") else { return }
        list.append((from, from + duration, message.string("prompt") ?? "?", message.string("negative-prompt") ?? "?"))
      }
      return (list, end)
    }

    static let subtitles = [
      ("srt", "1\n00:00:02,000 --> 00:00:04,000\nrain on <i>leaves</i>\n- music\n\n2\n00:00:06,000 --> 00:00:08,000\nthunder & wind\n\n"),
      ("vtt", "WEBVTT\n\n00:02.000 --> 00:04.000\nrain on leaves\n- music\n\n00:06.000 --> 00:08.000\nthunder & wind\n"),
    ]

    /// A subtitle file by filesrc ! subparse: each cue in force from its time to its end, to within one hop; between them the
    /// property.
    @Test(arguments: subtitles) func subtitleFile(ending: String, text: String) throws {
      let path = try Self.file(text, ending)
      defer { try? FileManager.default.removeItem(atPath: path) }
      let hop: UInt64 = 341_333_333
      let pipeline = Pipeline(
        "\(Self.video) ! v2a name=v hop=\(hop) prompt=wind negative-prompt=speech ! fakesink  filesrc location=\(path) ! subparse ! v.prompt_sink")
      let (windows, end) = Self.windows(pipeline)
      #expect(end == GST_MESSAGE_EOS && windows.last?.to == 10 * Self.second)
      for (cue, negative, from, to) in [("rain on leaves", "music", 2, 4), ("thunder & wind", "speech", 6, 8)] as [(String, String, UInt64, UInt64)] {
        let those = windows.filter { $0.prompt == cue }
        let first = those.first?.from ?? 0, last = those.last?.to ?? 0
        print("\(ending): '\(cue)' asked for from \(from) to \(to) s, in force from \(Double(first) * 1e-9) to \(Double(last) * 1e-9) s")
        #expect(abs(Int64(first) - Int64(from * Self.second)) <= Int64(hop) && abs(Int64(last) - Int64(to * Self.second)) <= Int64(hop))
        #expect(those.allSatisfy { $0.negative == negative })
      }
      #expect(windows.filter { $0.from >= 4_400_000_000 && $0.to <= 5_600_000_000 }.allSatisfy { $0.prompt == "wind" && $0.negative == "speech" })
    }

    /// Text that never comes, or ends at once, or has only begun: the sound is complete all the same, and soon.
    @Test(arguments: ["appsrc name=a format=time is-live=false caps=text/x-raw,format=utf8", "fakesrc num-buffers=0 ! capsfilter caps=text/x-raw,format=utf8", ""])
    func missingText(source: String) {
      let text = source.isEmpty ? "" : "\(source) ! v.prompt_sink"
      let pipeline = Pipeline("\(Self.video) ! v2a name=v hop=341000000 prompt=wind ! fakesink  \(text)")
      if source.isEmpty { gst_object_unref(gst_element_request_pad_simple(pipeline["v"], "prompt_sink")) }
      let begun = ContinuousClock.now
      let (windows, end) = Self.windows(pipeline)
      #expect(end == GST_MESSAGE_EOS && windows.last?.to == 10 * Self.second && windows.allSatisfy { $0.prompt == "wind" })
      #expect((ContinuousClock.now - begun) < .seconds(4))
    }

    /// Text and video from one thread, text late and sparse: no deadlock, for nobody waits when chain is full.
    @Test func textBehindTheVideoInOneThread() {
      let harness = Harness { setString($0, "prompt", Array("wind".utf8CString)) }
      let text = gst_harness_new_with_element(harness.element, "prompt_sink", nil)!
      gst_harness_set_src_caps_str(text, "text/x-raw,format=utf8")
      gst_harness_set_live(harness.h, 0)
      for i in 0..<450 {
        #expect(harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333) == GST_FLOW_OK)
        if i % 150 == 149 { gst_harness_push_event(text, gst_event_new_gap(GstClockTime(i) * 33_333_333, 0)) }
        while let buffer = gst_harness_try_pull(harness.h) { gst_buffer_unref(buffer) }
      }
      gst_harness_push_event(text, gst_event_new_eos())
      harness.pushEOS()
      #expect(harness.pullAll().eos)
      gst_harness_teardown(text)
    }

    /// Any bytes at any time as text: no harm, and the sound is complete.
    @Test func hostileText() {
      let harness = Harness { setString($0, "prompt", Array("wind".utf8CString)) }
      let text = gst_harness_new_with_element(harness.element, "prompt_sink", nil)!
      gst_harness_set_src_caps_str(text, "text/x-raw,format=pango-markup")
      var random = StressTests.Random(state: 3)
      let times: [UInt64] = [0, 1, 500_000_000, 1 << 62, 1 << 63, .max - 1, .max]
      for _ in 0..<3000 {
        let bytes = (0..<random.next(40)).map { _ in ["<", ">", "&amp;", "-", "\n", "\u{FF}", "i", "/", "\0", "é"][random.next(10)] }.joined()
        var raw = Array(bytes.utf8)
        if random.next(3) == 0, !raw.isEmpty { raw[random.next(raw.count)] = UInt8(random.next(256)) }
        let buffer = gst_buffer_new_allocate(nil, gsize(raw.count), nil)!
        gst_buffer_fill(buffer, 0, raw, gsize(raw.count))
        buffer.pointee.pts = GstClockTime(times[random.next(times.count)])
        buffer.pointee.duration = GstClockTime(times[random.next(times.count)])
        #expect(gst_harness_push(text, buffer) == GST_FLOW_OK)
        if random.next(10) == 0 {
          gst_harness_push_event(text, gst_event_new_gap(GstClockTime(times[random.next(5)]), GstClockTime(times[random.next(times.count)])))
        }
      }
      for i in 0..<90 { harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.eos && abs(out.samples.count / 2 - 144_000) <= 2)
      gst_harness_teardown(text)
    }

    /// A seek takes the text along: the cues of the new place apply.
    /// subparse takes the seek into its segment only after it has passed it on: a file that flows again at once comes in the old one.
    @Test func seekWithText() throws {
      let path = try Self.file(Self.subtitles[0].1, "srt")
      defer { try? FileManager.default.removeItem(atPath: path) }
      let pipeline = Pipeline(
        "videotestsrc ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 prompt=wind ! fakesink name=s  filesrc location=\(path) ! identity sleep-time=20000 ! subparse ! v.prompt_sink")
      pipeline.pause()
      #expect(pipeline.settle())
      #expect(SeekTests.seek(pipeline, flags: SeekTests.flush | SeekTests.accurate, from: 5 * Self.second, to: 9 * Self.second) != nil)
      let (all, end) = Self.windows(pipeline)
      let windows = all.filter { $0.from >= 5 * Self.second }
      #expect(end == GST_MESSAGE_EOS && windows.last?.to == 9 * Self.second)
      let those = windows.filter { $0.prompt == "thunder & wind" }
      #expect(abs(Int64(those.first?.from ?? 0) - Int64(6 * Self.second)) <= 341_333_333)
      #expect(abs(Int64(those.last?.to ?? 0) - Int64(8 * Self.second)) <= 341_333_333)
    }

    /// The property changes while it plays: from the next window on.
    @Test func promptWhilePlaying() {
      let pipeline = Pipeline("videotestsrc num-buffers=150 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 prompt=one ! fakesink")
      TestGenerator.delay = 30
      pipeline.play()
      var prompts: [String] = []
      let end = pipeline.run(seconds: 10) { message in
        guard message.type == GST_MESSAGE_ELEMENT, let prompt = message.string("prompt") else { return }
        prompts.append(prompt)
        if prompts.count == 4 { setString(pipeline["v"], "prompt", Array("two".utf8CString)) }
      }
      #expect(end == GST_MESSAGE_EOS && prompts.first == "one" && prompts.last == "two")
      #expect(prompts == prompts.sorted() && prompts.count { $0 == "one" } <= 8)
    }

    /// guidance-scale under a GstController ramp: every window has the value at its stream time.
    @Test func controlledGuidance() {
      let pipeline = Pipeline("\(Self.video) ! v2a name=v hop=341000000 ! fakesink")
      v2a_test_ramp(pipeline["v"], "guidance-scale", 10 * GstClockTime(Self.second))
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      let scales = TestGenerator.windows.map { (Double($0.first) / 48_000, $0.variations[0].guidanceScale) }
      #expect(scales.count > 20 && scales.dropLast().allSatisfy { abs(Double($0.1) - 2 * $0.0) < 0.05 }, "\(scales)")
    }

    /// The message of every window: all fields, and windows that follow each other to the end.
    @Test func windowMessages() {
      let pipeline = Pipeline("\(Self.video) ! v2a name=v seed=7 prompt=wind ! fakesink")
      pipeline.play()
      var reached: UInt64 = 0, count = 0
      let end = pipeline.run(seconds: 10) { message in
        guard message.type == GST_MESSAGE_ELEMENT else { return }
        count += 1
        #expect(message.time("pts") == reached && message.time("running-time") == reached && message.time("stream-time") == reached)
        reached += message.time("duration") ?? 0
        #expect(abs((message.double("confidence") ?? 0) - 0.73) < 1e-6)
        #expect(message.integer("steps") == 8 && message.string("classes") == "electric ray:0.5, cock:0.25" && message.time("seed") == 7)
        #expect(message.string("prompt") == "wind" && message.string("negative-prompt") == "" && message.string("pad") == "src")
      }
      #expect(end == GST_MESSAGE_EOS && count == 10 && reached == 10 * Self.second)
    }
  }
}
