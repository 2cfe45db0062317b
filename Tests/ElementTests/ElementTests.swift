import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement
import V2AEngine
import V2AStreaming

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// The element in a harness, with a quick generator in the model's place.
  @Suite struct ElementTests {
    /// N seconds of video give N seconds of sound to within a sample, at any frame rate.
    @Test(arguments: [(24000, 1001), (30000, 1001), (5, 1), (60, 1), (24, 1)] as [(UInt64, UInt64)])
    func exactLength(n: UInt64, d: UInt64) {
      let harness = Harness(caps: "video/x-raw,format=GRAY8,width=64,height=64,framerate=\(n)/\(d)")
      let frames = 3 * n / d
      for i in 0..<frames { #expect(harness.push(pts: i * d * 1_000_000_000 / n) == GST_FLOW_OK) }
      harness.pushEOS()
      let out = harness.pullAll()
      let exact = Double(frames) * Double(d) / Double(n) * 48_000
      #expect(out.eos && out.contiguous && out.start == 0)
      #expect(abs(Double(out.samples.count / 2) - exact) <= 1)
      withExtendedLifetime(harness) {}
    }

    /// Sound starts at the first picture's PTS and follows the pictures: light comes when the picture does.
    @Test func startsAtTheFirstPicture() {
      let harness = Harness()
      let base: UInt64 = 5_000_000_000
      for i in 0..<60 { harness.push(pts: base + UInt64(i) * 33_333_333, duration: 33_333_333, level: i < 30 ? 0 : 255) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.start == base && out.contiguous)
      let firstBright = stride(from: 0, to: out.samples.count, by: 2).first { out.samples[$0] > 0.9 }
      #expect(abs(Double((firstBright ?? 0) / 2) / 48_000 - 1.0) < 0.045)
      withExtendedLifetime(harness) {}
    }

    @Test func stillPicture() {
      let harness = Harness(caps: "video/x-raw,format=GRAY8,width=64,height=64,framerate=0/1")
      harness.push(pts: 0, duration: 2_500_000_000)
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.samples.count == 2 * 120_000 && out.eos)
      withExtendedLifetime(harness) {}
    }

    @Test func noPicturesThenEOS() {
      let harness = Harness()
      harness.pushEOS()
      var types: [GstEventType] = []
      for _ in 0..<1000 where types.last != GST_EVENT_EOS {
        while let event = gst_harness_try_pull_event(harness.h) {
          types.append(v2a_event_type(event))
          gst_event_unref(event)
        }
        usleep(5000)
      }
      // The segment that was waiting goes first.
      #expect(types == [GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT, GST_EVENT_TAG, GST_EVENT_EOS], "\(types)")
      #expect(gst_harness_try_pull(harness.h) == nil)
      withExtendedLifetime(harness) {}
    }

    @Test func missingAndBackwardTimestamps() {
      let harness = Harness()
      for i in 0..<30 { harness.push(pts: i % 3 == 0 ? UInt64(i) * 33_333_333 : nil, duration: 33_333_333) }
      harness.push(pts: 100_000_000, duration: 33_333_333)
      harness.push(pts: 1_000_000_000, duration: 33_333_333)
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.contiguous && out.eos)
      #expect(abs(Int(out.samples.count / 2) - 49_600) <= 2)
      withExtendedLifetime(harness) {}
    }

    @Test func absurdFrameRate() {
      let harness = Harness(caps: "video/x-raw,format=GRAY8,width=64,height=64,framerate=2147483647/1")
      for i in 0..<50 { harness.push(pts: UInt64(i) * 10_000_000) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.eos && abs(out.samples.count / 2 - 24_000) <= 2)
      withExtendedLifetime(harness) {}
    }

    /// Formats, sizes and strides that GstVideoConverter takes give the picture's brightness.
    @Test(arguments: [
      ("GRAY8", 1, 1, 4), ("GRAY8", 7, 5, 40), ("RGB", 64, 64, 64 * 192), ("BGRx", 33, 17, 33 * 17 * 4), ("GRAY16_LE", 20, 20, 800),
    ]) func formats(format: String, width: Int, height: Int, bytes: Int) {
      let harness = Harness(caps: "video/x-raw,format=\(format),width=\(width),height=\(height),framerate=25/1")
      for i in 0..<25 { #expect(harness.push(pts: UInt64(i) * 40_000_000, level: 200, bytes: bytes) == GST_FLOW_OK) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.samples.count == 96_000)
      #expect(abs((out.samples.first ?? 0) - 200.0 / 255) < 0.03, "\(format) \(out.samples.first ?? -1)")
      #expect(TestGenerator.seenFrames.allSatisfy { $0.luma.count == 4096 && ($0.index % LatentGrid.semanticInterval != 0 || $0.rgb?.count == 224 * 224 * 3) })
      withExtendedLifetime(harness) {}
    }

    /// A whole picture lies in the middle of a black square, as wide as it is shown.
    @Test(arguments: [
      (64, 36, "1/1", 1, 0.5625), (36, 64, "1/1", 0.5625, 1), (32, 64, "2/1", 1, 1), (64, 1, "1/1", 1, 0.0134), (2, 2, "2147483647/1", 1, 0.0045),
    ] as [(Int, Int, String, Float, Float)]) func wholePictures(width: Int, height: Int, pixels: String, wide: Float, high: Float) throws {
      let harness = Harness(caps: "video/x-raw,format=RGB,width=\(width),height=\(height),pixel-aspect-ratio=\(pixels),framerate=25/1")
      for i in 0..<25 { harness.push(pts: UInt64(i) * 40_000_000, level: 200, bytes: (3 * width + 3) / 4 * 4 * height) }
      harness.pushEOS()
      _ = harness.pullAll()
      for frame in TestGenerator.seenFrames { #expect((frame.whole == nil) == (frame.rgb == nil)) }
      let whole = try #require(TestGenerator.seenFrames.first?.whole)
      #expect(abs(whole.width - wide) < 0.005 && abs(whole.height - high) < 0.005)
      func level(_ row: Int, _ column: Int) -> Int { Int(whole.rgb[(row * 224 + column) * 3 + 1]) }
      #expect(abs(level(111, 112) - 200) <= 2)
      if high < 0.9 { #expect(level(0, 112) == 0 && level(223, 112) == 0) }
      if wide < 0.9 { #expect(level(112, 0) == 0 && level(112, 223) == 0) }
      withExtendedLifetime(harness) {}
    }

    @Test func hugePicture() {
      let harness = Harness(caps: "video/x-raw,format=GRAY8,width=8192,height=4320,framerate=2/1")
      for i in 0..<3 { #expect(harness.push(pts: UInt64(i) * 500_000_000, level: 50, bytes: 8192 * 4320) == GST_FLOW_OK) }
      harness.pushEOS()
      #expect(harness.pullAll().samples.count == 2 * 72_000)
      withExtendedLifetime(harness) {}
    }

    @Test func capsChangeInMidStream() {
      let harness = Harness()
      for i in 0..<15 { harness.push(pts: UInt64(i) * 33_333_333, level: 0) }
      gst_harness_set_src_caps_str(harness.h, "video/x-raw,format=GRAY8,width=128,height=32,framerate=60/1")
      for i in 30..<60 { harness.push(pts: UInt64(i) * 16_666_667, level: 255) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.contiguous && out.eos && abs(out.samples.count / 2 - 48_000) <= 2)
      withExtendedLifetime(harness) {}
    }

    /// A flush while a chunk is computed drops what was under way; the stream goes on from the new place.
    @Test func flushWhileComputing() {
      let harness = Harness()
      TestGenerator.delay = 300
      for i in 0..<40 { harness.push(pts: UInt64(i) * 33_333_333) }
      gst_harness_push_event(harness.h, gst_event_new_flush_start())
      gst_harness_push_event(harness.h, gst_event_new_flush_stop(1))
      TestGenerator.delay = 0
      var segment = GstSegment()
      gst_segment_init(&segment, GST_FORMAT_TIME)
      segment.start = 10_000_000_000
      gst_harness_push_event(harness.h, gst_event_new_segment(&segment))
      while let buffer = gst_harness_try_pull(harness.h) { gst_buffer_unref(buffer) }
      for i in 0..<30 { #expect(harness.push(pts: 10_000_000_000 + UInt64(i) * 33_333_333, duration: 33_333_333) == GST_FLOW_OK) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.start == 10_000_000_000 && out.contiguous && out.eos)
      #expect(abs(out.samples.count / 2 - 48_000) <= 2)
      withExtendedLifetime(harness) {}
    }

    /// Stopping does not wait for the computation; the element can be used again and freed at any moment.
    @Test func stopsWhileComputing() {
      for round in 0..<100 {
        let harness = Harness()
        TestGenerator.delay = round % 2 == 0 ? 10_000 : 5
        for i in 0..<(round % 40) { harness.push(pts: UInt64(i) * 33_333_333) }
        let begun = time(nil)
        gst_element_set_state(harness.element, GST_STATE_NULL)
        #expect(time(nil) - begun <= 1)
        gst_element_set_state(harness.element, GST_STATE_PLAYING)
        gst_element_set_state(harness.element, GST_STATE_NULL)
      }
    }

    /// What upstream does with buffers does not change the sound.
    @Test func everyPartitionSoundsTheSame() {
      func run(_ pauses: Bool) -> [Float] {
        let harness = Harness()
        for i in 0..<90 {
          harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333, level: UInt8(i))
          if pauses && i % 7 == 0 { usleep(4000) }
        }
        harness.pushEOS()
        return harness.pullAll().samples
      }
      let one = run(false)
      #expect(one.count == 2 * 144_000 && run(true) == one)
    }

    @Test func modelErrorsReachTheBus() {
      let harness = Harness()
      let bus = gst_bus_new()!
      gst_element_set_bus(harness.element, bus)
      TestGenerator.failure = .notFinite(stage: "test")
      var flow = GST_FLOW_OK
      for i in 0..<400 where flow == GST_FLOW_OK { flow = harness.push(pts: UInt64(i) * 33_333_333) }
      #expect(flow == GST_FLOW_ERROR)
      let message = gst_bus_timed_pop_filtered(bus, 2_000_000_000, GST_MESSAGE_ERROR)
      #expect(message != nil)
      if let message { gst_message_unref(message) }
      // Once, whatever comes afterwards.
      for i in 400..<410 { #expect(harness.push(pts: UInt64(i) * 33_333_333) == GST_FLOW_ERROR) }
      #expect(gst_bus_timed_pop_filtered(bus, 200_000_000, GST_MESSAGE_ERROR) == nil)
      gst_element_set_bus(harness.element, nil)
      gst_object_unref(bus)
    }

    /// In a live pipeline the latency is upstream's, a hop, the look-ahead and the time to compute.
    @Test func liveLatency() {
      let harness = Harness()
      gst_harness_set_live(harness.h, 1)
      gst_harness_set_upstream_latency(harness.h, 20_000_000)
      let latency = gst_harness_query_latency(harness.h)
      #expect(latency >= 20_000_000 + 512_000_000 + 213_000_000 && latency < 1_500_000_000)
      withExtendedLifetime(harness) {}
    }

    @Test func propertiesTakeAnything() {
      let harness = Harness()
      var state: UInt64 = 9
      for _ in 0..<500 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let length = Int(state >> 33) % 200
        var bytes = (0..<length).map { i in CChar(truncatingIfNeeded: (state >> UInt64(i % 50)) | 1) }
        bytes.append(0)
        setString(harness.element, "prompt", bytes)
        setString(harness.element, "negative-prompt", bytes)
      }
      setString(harness.element, "prompt", [CChar](repeating: 97, count: 5_000_000) + [0])
      for value in [UInt64(0), 1, .max, 1 << 62] {
        setUInt64(harness.element, "hop", value)
        setUInt64(harness.element, "context", value)
      }
      for i in 0..<40 { harness.push(pts: UInt64(i) * 33_333_333) }
      harness.pushEOS()
      #expect(harness.pullAll().eos)
      withExtendedLifetime(harness) {}
    }

    /// A slow sink holds upstream back instead of filling memory.
    @Test func boundedQueues() {
      let harness = Harness()
      TestGenerator.delay = 2000
      // 300 grid frames are far more than may wait: the push must block, so it happens on its own thread.
      final class Counter: @unchecked Sendable { var pushed = 0 }
      let counter = Counter()
      let thread = WorkThread {
        for i in 0..<600 {
          if harness.push(pts: UInt64(i) * 33_333_333) != GST_FLOW_OK { break }
          counter.pushed = i
        }
      }
      usleep(700_000)
      #expect(counter.pushed < 400)
      gst_element_set_state(harness.element, GST_STATE_NULL)
      thread.join()
    }
  }
}

/// A plain thread for tests that block.
final class WorkThread {
  private var thread = pthread_t()
  private final class Box { let run: () -> Void; init(_ run: @escaping () -> Void) { self.run = run } }

  init(_ run: @escaping () -> Void) {
    pthread_create(&thread, nil, { Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().run(); return nil }, Unmanaged.passRetained(Box(run)).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}
