import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement
import V2AEngine
import V2AStreaming
import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

/// Noise that swells, interleaved stereo at 48 kHz.
private func noise(seconds: Double) -> [Float] {
  var state: UInt64 = 7
  var smooth: Float = 0
  return (0..<Int(seconds * 96_000)).map { i in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    smooth += 0.4 * (Float(state >> 40) / Float(1 << 24) - 0.5 - smooth)
    return smooth * Float(0.5 + 0.3 * sin(Double(i) / 20_000))
  }
}

/// A generator of noise in place of the model.
private final class NoiseGenerator: SoundtrackGenerator {
  var variations: [SoundtrackSettings]
  private let sound = noise(seconds: 30)
  private var planner: WindowPlanner
  private var frames = 0
  private var committed: Int64 = 0

  init(_ settings: SoundtrackSettings) {
    variations = [settings]
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
  }

  func removeVariation(_ index: Int) {}
  func append(_ frame: GridFrame) throws(EngineError) { frames += 1 }
  var isReady: Bool { frames >= planner.next.framesNeeded }

  func generateVariations(timeLeft: () -> Double?, isCancelled: () -> Bool) throws(EngineError) -> [AudioChunk] {
    let first = committed
    committed = max(first, planner.next.committed)
    planner.advance()
    let range = 2 * Int(first)..<min(2 * Int(committed), sound.count)
    return variations.map { _ in AudioChunk(firstSample: first, samples: Array(sound[range]), report: WindowReport()) }
  }

  func skipVariations() throws(EngineError) -> [AudioChunk] { try generateVariations(timeLeft: { nil }, isCancelled: { false }) }

  func finishVariations(totalSamples: Int64, isCancelled: () -> Bool, emit: ([AudioChunk]) -> Void) throws(EngineError) {
    while committed < totalSamples {
      let chunks = try generateVariations(timeLeft: { nil }, isCancelled: isCancelled)
      emit(
        chunks.map {
          let wanted = Int(min(Int64($0.samples.count / 2), totalSamples - $0.firstSample))
          return AudioChunk(firstSample: $0.firstSample, samples: Array($0.samples.prefix(2 * wanted)), report: $0.report)
        })
    }
  }

  func reset() {
    planner = WindowPlanner(hop: variations[0].hop, context: variations[0].context)
    frames = 0
    committed = 0
  }
}

private func find(_ samples: [Float], key: String = "") -> WatermarkReport? {
  let detector = WatermarkDetector(key: WatermarkKey(key))
  return (detector.append(samples) + (detector.finish().map { [$0] } ?? [])).max { $0.score < $1.score }
}

private func setUInt(_ element: UnsafeMutablePointer<GstElement>, _ name: String, _ value: UInt32) {
  var v = GValue()
  g_value_init(&v, GType(7 << 2))  // G_TYPE_UINT
  g_value_set_uint(&v, guint(value))
  g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, &v)
  g_value_unset(&v)
}

extension ElementSuites {
  @Suite(.serialized) struct WatermarkTests {
    /// The soundtrack is marked unless told not to; it is as long as without, to the sample, and starts where it did.
    @Test(arguments: [(30, 1, 300), (24000, 1001, 241), (5, 1, 33)] as [(UInt64, UInt64, UInt64)])
    func soundtrackIsMarked(n: UInt64, d: UInt64, frames: UInt64) {
      let caps = "video/x-raw,format=GRAY8,width=64,height=64,framerate=\(n)/\(d)"
      let base: UInt64 = 3_000_000_000
      func sound(_ isMarked: Bool) -> (start: UInt64, end: UInt64, samples: [Float], contiguous: Bool, eos: Bool) {
        let harness = Harness(caps: caps) { setBoolean($0, "watermark", isMarked) }
        Element.makeGenerator = { _, settings throws(EngineError) in NoiseGenerator(settings) }
        setBoolean(harness.element, "watermark", isMarked)
        gst_element_set_state(harness.element, GST_STATE_READY)
        setUInt(harness.element, "watermark-payload", 1234)
        gst_element_set_state(harness.element, GST_STATE_PLAYING)
        gst_harness_set_src_caps_str(harness.h, caps)
        for i in 0..<frames { harness.push(pts: base + i * d * 1_000_000_000 / n, duration: d * 1_000_000_000 / n) }
        harness.pushEOS()
        let out = harness.pullAll()
        withExtendedLifetime(harness) {}
        return out
      }
      let plain = sound(false), marked = sound(true)
      #expect(marked.eos && marked.contiguous && marked.start == base && marked.end == plain.end)
      #expect(marked.samples.count == plain.samples.count && marked.samples != plain.samples)
      let power = plain.samples.reduce(0) { $0 + $1 * $1 }
      let difference = zip(plain.samples, marked.samples).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(difference < 0.02 * power, "the mark is in place, not beside it")
      let report = find(marked.samples)
      #expect(report?.isPresent == true && report?.payload == 1234)
      #expect(find(plain.samples)?.isPresent != true)
    }

    /// What the mark holds back is part of the latency.
    @Test func countsTowardsLatency() {
      func latency(_ isMarked: Bool) -> UInt64 {
        let harness = Harness()
        gst_element_set_state(harness.element, GST_STATE_READY)
        setBoolean(harness.element, "watermark", isMarked)
        gst_element_set_state(harness.element, GST_STATE_PLAYING)
        gst_harness_set_live(harness.h, 1)
        defer { withExtendedLifetime(harness) {} }
        return UInt64(gst_harness_query_latency(harness.h))
      }
      #expect(Int64(latency(true)) - Int64(latency(false)) == 21_333_334)
    }

    private static let audio = "audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved,channel-mask=(bitmask)3"

    private func harness(_ name: String, caps: String = audio) -> UnsafeMutablePointer<GstHarness> {
      Harness.register()
      let element = gst_element_factory_make(name, nil)!
      let h = gst_harness_new_with_element(element, "sink", "src")!
      gst_object_unref(element)
      gst_harness_set_src_caps_str(h, caps)
      return h
    }

    private func push(_ h: UnsafeMutablePointer<GstHarness>, _ samples: ArraySlice<Float>, pts: UInt64?) -> GstFlowReturn {
      let bytes = gsize(samples.count * 4)
      let buffer = gst_buffer_new_allocate(nil, bytes, nil)!
      _ = samples.withUnsafeBytes { gst_buffer_fill(buffer, 0, $0.baseAddress, bytes) }
      buffer.pointee.pts = pts.map { GstClockTime($0) } ?? GstClockTime.max
      return gst_harness_push(h, buffer)
    }

    private func pull(_ h: UnsafeMutablePointer<GstHarness>) -> (samples: [Float], start: UInt64?, end: UInt64, contiguous: Bool) {
      var samples: [Float] = [], start: UInt64?, end: UInt64 = 0, contiguous = true
      while let buffer = gst_harness_try_pull(h) {
        let pts = UInt64(buffer.pointee.pts)
        if start == nil { start = pts } else if pts != end { contiguous = false }
        end = pts &+ UInt64(buffer.pointee.duration)
        let before = samples.count, bytes = gst_buffer_get_size(buffer)
        samples += [Float](repeating: 0, count: Int(bytes) / 4)
        samples.withUnsafeMutableBytes { _ = gst_buffer_extract(buffer, 0, $0.baseAddress! + before * 4, bytes) }
        gst_buffer_unref(buffer)
      }
      return (samples, start, end, contiguous)
    }

    /// `v2awatermark`: as many samples out as in, in place, the same whatever the buffers.
    @Test func marksAnyAudio() {
      let input = noise(seconds: 4.321)
      var first: [Float]?
      for size in [480, 9600, 131_072] {
        let h = harness("v2awatermark")
        var start = 0
        while start < input.count {
          let end = min(input.count, start + 2 * size)
          #expect(push(h, input[start..<end], pts: 1_000_000_000 + UInt64(start / 2) * 1_000_000_000 / 48_000) == GST_FLOW_OK)
          start = end
        }
        gst_harness_push_event(h, gst_event_new_eos())
        let out = pull(h)
        #expect(out.samples.count == input.count && out.start == 1_000_000_000 && out.contiguous)
        #expect(out.end == 1_000_000_000 + UInt64(input.count / 2) * 1_000_000_000 / 48_000)
        #expect(first == nil || first == out.samples)
        first = out.samples
        gst_harness_teardown(h)
      }
      #expect(find(first ?? [])?.isPresent == true)
    }

    @Test func hostileBuffers() {
      for channels in [1, 2] {
        let caps = "audio/x-raw,format=F32LE,rate=48000,layout=interleaved,channels=\(channels)" + (channels == 2 ? ",channel-mask=(bitmask)3" : "")
        for name in ["v2awatermark", "v2awatermarkdetect"] {
          let h = harness(name, caps: caps)
          let wild: [Float] = (0..<4096).map { [Float.nan, .infinity, -3e38, 0][$0 % 4] }
          for size in [0, 2, 4, 1000, 4096] { _ = push(h, wild[..<size], pts: size % 3 == 0 ? nil : UInt64(size) << 50) }
          _ = push(h, wild[..<2], pts: UInt64.max - 1)
          gst_harness_push_event(h, gst_event_new_gap(0, 1_000_000))
          gst_harness_push_event(h, gst_event_new_flush_start())
          gst_harness_push_event(h, gst_event_new_flush_stop(1))
          gst_harness_push_event(h, gst_event_new_eos())
          let isFinite = pull(h).samples.allSatisfy { $0.isFinite }
          if name == "v2awatermark" { #expect(isFinite) }
          gst_harness_teardown(h)
        }
      }
    }

    /// The tool's pipeline: a message every half second and one at the end, audio untouched.
    @Test func detectorPostsMessages() {
      let pipeline = Pipeline(
        "audiotestsrc wave=pink-noise volume=0.3 num-buffers=400 samplesperbuffer=1200 ! audio/x-raw,format=F32LE,rate=48000,channels=2 ! v2awatermark payload=77 ! v2awatermarkdetect ! fakesink sync=false")
      var reports = 0, finals = 0, payload: guint = 0, present: gboolean = 0
      var stop: UInt64 = 0
      pipeline.play()
      let end = pipeline.run(seconds: 60) { message in
        guard let structure = gst_message_get_structure(message.message), gst_structure_has_name(structure, "v2a-watermark") != 0 else { return }
        var last: gboolean = 0
        gst_structure_get_boolean(structure, "final", &last)
        if last == 0 { reports += 1 } else {
          finals += 1
          gst_structure_get_boolean(structure, "present", &present)
          gst_structure_get_uint(structure, "payload", &payload)
          stop = message.time("stop-time") ?? 0
        }
      }
      #expect(end == GST_MESSAGE_EOS)
      // 10 s, of which the first half second is too short to look at.
      #expect((18...20).contains(reports) && finals == 1 && present != 0 && payload == 77)
      #expect(stop > 9_000_000_000 && stop <= 10_000_000_000)
    }

    /// Tags say that the sound is generated and name the payload, after those of upstream too.
    @Test func tagsNameThePayload() {
      for isMarked in [true, false] {
        // Set before the harness sends its segment: tags go out with that.
        let harness = Harness {
          setBoolean($0, "watermark", isMarked)
          setUInt($0, "watermark-payload", 0xAB)
        }
        gst_harness_push_event(harness.h, gst_event_new_tag(gst_tag_list_new_from_string("taglist, title=(string)x, comment=(string)old;")))
        for i in 0..<30 { harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333) }
        harness.pushEOS()
        var comments: [String] = []
        for _ in 0..<500 where comments.count < 2 {
          while let event = gst_harness_try_pull_event(harness.h) {
            if v2a_event_type(event) == GST_EVENT_TAG {
              var tags: UnsafeMutablePointer<GstTagList>?
              gst_event_parse_tag(event, &tags)
              var text: UnsafeMutablePointer<CChar>?
              if gst_tag_list_get_string(tags, "comment", &text) != 0, let text { comments.append(String(cString: text)) }
              g_free(text)
            }
            gst_event_unref(event)
          }
          usleep(2000)
        }
        let expected = "AI-generated audio (gst-v2a)" + (isMarked ? ", watermark gst-v2a:000000ab" : "")
        #expect(comments.count >= 2 && comments.allSatisfy { $0 == expected }, "\(comments)")
        withExtendedLifetime(harness) {}
      }
    }
  }
}
