import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement
import V2AEngine

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// Gaps, discontinuities, formats, strides and tags.
  @Suite struct StreamTests {
    static let second: UInt64 = 1_000_000_000

    /// What the latest stream-start of a pad says.
    static func stream(_ element: UnsafeMutablePointer<GstElement>, _ name: String) -> (id: String, group: guint) {
      guard let pad = gst_element_get_static_pad(element, name) else { return ("", 0) }
      defer { gst_object_unref(pad) }
      guard let event = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0) else { return ("", 0) }
      defer { gst_event_unref(event) }
      var id: UnsafePointer<CChar>?
      var group: guint = 0
      gst_event_parse_stream_start(event, &id)
      gst_event_parse_group_id(event, &group)
      return (id.map { String(cString: $0) } ?? "", group)
    }

    /// A harness whose upstream is not live.
    static func harness(caps: String = "video/x-raw,format=GRAY8,width=64,height=64,framerate=30/1") -> Harness {
      let harness = Harness(caps: caps)
      gst_harness_set_live(harness.h, 0)
      return harness
    }

    /// GAP events keep the picture on: sound goes on without waiting for the next one.
    @Test func gapsHoldThePicture() {
      let harness = Self.harness()
      harness.push(pts: 0, duration: 33_333_333, level: 200)
      for i in 0..<40 { gst_harness_push_event(harness.h, gst_event_new_gap(GstClockTime(33_333_333 + i * 100_000_000), 100_000_000)) }
      // Four seconds have been shown, so more than three must come without an end in sight.
      var heard: UInt64 = 0
      for _ in 0..<200 where heard < 3 * Self.second {
        while let buffer = gst_harness_try_pull(harness.h) {
          heard = UInt64(buffer.pointee.pts + buffer.pointee.duration)
          gst_buffer_unref(buffer)
        }
        usleep(5000)
      }
      #expect(heard >= 3 * Self.second)
      harness.pushEOS()
      #expect(harness.pullAll().end == 4_033_333_333)
    }

    /// A gap before the first picture is a gap in the sound.
    @Test func gapBeforeTheFirstPicture() {
      let harness = Self.harness()
      gst_harness_push_event(harness.h, gst_event_new_gap(0, 500_000_000))
      for i in 15..<45 { harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333) }
      harness.pushEOS()
      var gaps = 0, end = false
      for _ in 0..<500 where !end {
        while let event = gst_harness_try_pull_event(harness.h) {
          if v2a_event_type(event) == GST_EVENT_GAP { gaps += 1 }
          if v2a_event_type(event) == GST_EVENT_EOS { end = true }
          gst_event_unref(event)
        }
        usleep(2000)
      }
      #expect(gaps == 1 && end)
      #expect(harness.pullAll(seconds: 0).start == 499_999_995)
      withExtendedLifetime(harness) {}
    }

    /// A marked jump of ten seconds: the old sound is finished, a gap says that there is none, the new begins with DISCONT.
    @Test(arguments: [10, -4]) func discontinuity(jump: Int) {
      let harness = Self.harness()
      let base = 20 * Self.second
      for i in 0..<30 { harness.push(pts: base + UInt64(i) * 33_333_333, duration: 33_333_333) }
      let second = UInt64(Int(base) + (1 + jump) * Int(Self.second))
      for i in 0..<30 { harness.push(pts: second + UInt64(i) * 33_333_333, duration: 33_333_333, discont: i == 0) }
      harness.pushEOS()
      var starts: [UInt64] = [], total = 0, end: UInt64 = 0, eos = false
      for _ in 0..<500 where !eos {
        while let buffer = gst_harness_try_pull(harness.h) {
          if v2a_buffer_is_discont(buffer) != 0 { starts.append(UInt64(buffer.pointee.pts)) }
          total += Int(gst_buffer_get_size(buffer)) / 8
          end = UInt64(buffer.pointee.pts + buffer.pointee.duration)
          gst_buffer_unref(buffer)
        }
        while let event = gst_harness_try_pull_event(harness.h) {
          eos = eos || v2a_event_type(event) == GST_EVENT_EOS
          gst_event_unref(event)
        }
        usleep(2000)
      }
      #expect(eos && starts == [base, second] && abs(total - 96_000) <= 2)
      #expect(abs(Int64(end) - Int64(second + Self.second)) < 21_000)
      withExtendedLifetime(harness) {}
    }

    /// Segments that cannot have sound: an error that says so, and an end to the flow.
    @Test(arguments: ["bytes", "backwards"]) func impossibleSegments(kind: String) {
      let harness = Self.harness()
      let bus = gst_bus_new()!
      gst_element_set_bus(harness.element, bus)
      var segment = GstSegment()
      gst_segment_init(&segment, kind == "bytes" ? GST_FORMAT_BYTES : GST_FORMAT_TIME)
      if kind == "backwards" { segment.rate = -1 }
      gst_harness_push_event(harness.h, gst_event_new_segment(&segment))
      let message = gst_bus_timed_pop_filtered(bus, 1_000_000_000, GST_MESSAGE_ERROR)
      #expect(message != nil)
      if let message {
        let text = Pipeline.Message(message: message).text
        #expect(text.contains(kind == "bytes" ? "time format" : "backwards"), "\(text)")
        gst_message_unref(message)
      }
      gst_element_set_bus(harness.element, nil)
      gst_object_unref(bus)
      withExtendedLifetime(harness) {}
    }

    /// Empty buffers with the GAP flag, which decoders send for pictures that they lost: the one before stays on.
    @Test func lostPictures() {
      let harness = Self.harness()
      harness.push(pts: 0, duration: 33_333_333, level: 200)
      for i in 1..<60 {
        let buffer = gst_buffer_new()!
        buffer.pointee.pts = GstClockTime(i * 33_333_333)
        buffer.pointee.duration = 33_333_333
        buffer.pointee.mini_object.flags |= 1 << 11  // GST_BUFFER_FLAG_GAP
        #expect(gst_harness_push(harness.h, buffer) == GST_FLOW_OK)
      }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.eos && abs(out.samples.count / 2 - 96_000) <= 2 && out.samples.first == 200.0 / 255)
    }

    /// A model that cannot be loaded: state changes go on, and the bus and the flow say what is wrong. One that can: progress.
    @Test(arguments: [true, false]) func modelLoading(works: Bool) {
      let pipeline = Pipeline("videotestsrc num-buffers=200 ! video/x-raw,width=64,height=64 ! v2a name=v model=/nonexistent ! fakesink")
      if !works { Element.makeGenerator = { _, _ throws(EngineError) in throw .modelNotFound(path: "/nonexistent") } }
      pipeline.play()
      var progress: [GstProgressType] = [], texts: [String] = []
      let end = pipeline.run(seconds: 10) { message in
        if message.type == GST_MESSAGE_ERROR { texts.append(message.text) }
        guard message.type == GST_MESSAGE_PROGRESS else { return }
        var type = GST_PROGRESS_TYPE_START
        gst_message_parse_progress(message.message, &type, nil, nil)
        progress.append(type)
      }
      #expect(progress == [GST_PROGRESS_TYPE_START, works ? GST_PROGRESS_TYPE_COMPLETE : GST_PROGRESS_TYPE_ERROR])
      #expect(end == (works ? GST_MESSAGE_EOS : GST_MESSAGE_ERROR) && texts == (works ? [] : ["no model at /nonexistent"]))
    }

    /// Downstream asks for mono in mid-stream: mono from then on, without a break.
    @Test func renegotiation() {
      let pipeline = Pipeline(
        "videotestsrc num-buffers=150 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 ! identity sleep-time=5000 ! capsfilter name=c ! fakesink")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      pipeline.run(seconds: 0.12) { _ in }
      gst_util_set_object_arg(UnsafeMutableRawPointer(pipeline["c"]).assumingMemoryBound(to: GObject.self), "caps", "audio/x-raw,channels=1")
      #expect(pipeline.run(seconds: 10) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } == GST_MESSAGE_EOS)
      let changes = probe.events.filter { $0.type == GST_EVENT_CAPS }
      #expect(changes.count == 2 && (changes.last?.after ?? 0) > 2)
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 5 * Self.second)
      #expect(zip(probe.buffers, probe.buffers.dropFirst()).allSatisfy { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) <= 1 })
    }

    /// An unmarked hole is bridged by the picture before.
    @Test func unmarkedHole() {
      let harness = Self.harness()
      for i in 0..<60 where !(20..<40).contains(i) { harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333, discont: i == 40) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.contiguous && out.eos && abs(out.samples.count / 2 - 96_000) <= 2)
      withExtendedLifetime(harness) {}
    }

    /// Resolution, format and frame rate change in mid-stream, three times.
    @Test func capsChanges() {
      let pipeline = Pipeline(
        "concat name=c ! v2a name=v ! fakesink  videotestsrc num-buffers=30 pattern=white ! video/x-raw,format=NV12,width=320,height=240,framerate=30/1 ! c.  videotestsrc num-buffers=25 pattern=white ! video/x-raw,format=RGB,width=33,height=15,framerate=25/1 ! c.  videotestsrc num-buffers=60 pattern=white ! video/x-raw,format=I420_10LE,width=64,height=128,framerate=60/1 ! c.")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      #expect(pipeline.run(seconds: 20) { _ in } == GST_MESSAGE_EOS)
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 3 * Self.second)
      // Each stream's sound is complete before the next one is announced.
      let ends = probe.events.filter { $0.type == GST_EVENT_STREAM_START }.map { event in
        probe.buffers.prefix(event.after).reduce(0) { $0 + $1.duration }
      }
      #expect(ends == [0, Self.second, 2 * Self.second], "\(ends)")
      // White is white whatever the range of the format.
      #expect(probe.all.allSatisfy { $0.first.0 > 0.98 }, "\(probe.all.map(\.first.0))")
    }

    /// Every format that videotestsrc makes, in an odd size: grey is heard as grey.
    @Test func allFormats() {
      let template = gst_static_caps_get_all()
      var heard = 0, refused: [String] = []
      for format in template {
        let pipeline = Pipeline(
          "videotestsrc num-buffers=12 pattern=solid-color foreground-color=0xff808080 ! video/x-raw,format=\(format),width=130,height=66,framerate=12/1 ! v2a name=v ! fakesink")
        let probe = pipeline.watch("v", "src")
        pipeline.play()
        guard pipeline.run(seconds: 10, { _ in }) == GST_MESSAGE_EOS else {
          refused.append(format)
          continue
        }
        heard += 1
        // A palette of 216 colours has no nearer grey.
        let tolerance: Float = format == "RGB8P" ? 0.11 : 0.03
        #expect(abs((probe.all.first?.first.0 ?? 0) - 128.0 / 255) < tolerance, "\(format): \(probe.all.first?.first.0 ?? -1)")
        #expect(probe.buffers.reduce(0) { $0 + $1.duration } == Self.second, "\(format)")
      }
      print("\(heard) video formats heard, not made by videotestsrc: \(refused)")
      #expect(heard >= 80)
    }

    /// Fields of interlaced video are woven pictures: as bright as progressive ones, and none is missing.
    @Test(arguments: ["interleaved", "mixed"], ["I420", "YUY2", "RGB"]) func interlaced(mode: String, format: String) {
      let pipeline = Pipeline(
        "videotestsrc num-buffers=12 pattern=solid-color foreground-color=0xffc0c0c0 ! video/x-raw,format=\(format),width=130,height=66,framerate=12/1 ! capssetter caps=video/x-raw,interlace-mode=\(mode) ! v2a name=v ! fakesink")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      #expect(pipeline.run(seconds: 10, { _ in }) == GST_MESSAGE_EOS)
      #expect(abs((probe.all.first?.first.0 ?? 0) - 192.0 / 255) < 0.03, "\(probe.all.first?.first.0 ?? -1)")
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == Self.second)
    }

    /// GstVideoMeta: planes anywhere, with padding that must not be seen, by the converter and by boxes.
    @Test(arguments: [(62, 30), (150, 66)]) func strides(width: Int, height: Int) {
      let harness = Self.harness(caps: "video/x-raw,format=NV12,width=\(width),height=\(height),framerate=30/1")
      for i in 0..<30 {
        let (yStride, cStride, yOffset) = (192, 256, 64)
        let cOffset = yOffset + (height + 10) * yStride
        let size = cOffset + (height / 2 + 5) * cStride
        var bytes = [UInt8](repeating: 255, count: size)
        for row in 0..<height { for x in 0..<width { bytes[yOffset + row * yStride + x] = 126 } }
        for row in 0..<height / 2 { for x in 0..<width { bytes[cOffset + row * cStride + x] = 128 } }
        let buffer = gst_buffer_new_allocate(nil, gsize(size), nil)!
        gst_buffer_fill(buffer, 0, bytes, gsize(size))
        var offsets: [gsize] = [gsize(yOffset), gsize(cOffset), 0, 0]
        var strides: [gint] = [gint(yStride), gint(cStride), 0, 0]
        gst_buffer_add_video_meta_full(
          buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, guint(width), guint(height), 2, &offsets, &strides)
        buffer.pointee.pts = GstClockTime(i * 33_333_333)
        buffer.pointee.duration = 33_333_333
        #expect(gst_harness_push(harness.h, buffer) == GST_FLOW_OK)
      }
      harness.pushEOS()
      let out = harness.pullAll()
      // 126 in video range is 128 in full range.
      #expect(stride(from: 0, to: out.samples.count, by: 2).allSatisfy { abs(out.samples[$0] - 128.0 / 255) < 0.01 })
      #expect(abs(out.samples.count / 2 - 48_000) <= 2)
      // Upstream learns that it may do so.
      let query = gst_query_new_allocation(nil, 1)!
      #expect(gst_pad_peer_query(harness.h.pointee.srcpad, query) != 0)
      #expect(gst_query_find_allocation_meta(query, gst_video_meta_api_get_type(), nil) != 0)
      gst_query_unref(query)
      withExtendedLifetime(harness) {}
    }

    /// The video's codec, bitrate and encoder stay off the audio; its title does not. The audio says that it is generated.
    @Test func tags() {
      let pipeline = Pipeline(
        "videotestsrc num-buffers=20 ! video/x-raw,width=64,height=64 ! taginject tags=\"title=Home,video-codec=H264,bitrate=1000,maximum-bitrate=9,encoder=x,container-format=Matroska\" ! v2a name=v ! fakesink")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      let all = probe.tags.joined(separator: "\n")
      #expect(all.contains("title=(string)Home") && all.contains("AI-generated"))
      for tag in ["video-codec", "bitrate", "encoder", "maximum"] { #expect(!all.contains(tag), "\(tag) in \(all)") }
    }

    /// A flush while the model is still being loaded: what was said of the stream before it still holds after it.
    @Test func flushKeepsTheStream() {
      let pipeline = Pipeline("videotestsrc ! video/x-raw,width=64,height=64,framerate=30/1 ! taginject tags=title=Home ! v2a name=v hop=341000000 ! fakesink name=s")
      TestGenerator.take(microseconds: 300_000)
      let probe = pipeline.watch("v", "src")
      pipeline.pause()
      usleep(100_000)
      #expect(SeekTests.seek(pipeline, flags: SeekTests.flush, from: 0, to: 2 * Self.second) != nil)
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } == GST_MESSAGE_EOS)
      let kept = probe.events.map(\.type).filter { $0 != GST_EVENT_FLUSH_START && $0 != GST_EVENT_FLUSH_STOP }
      #expect(kept.first == GST_EVENT_STREAM_START && kept.firstIndex(of: GST_EVENT_CAPS) ?? 99 < kept.firstIndex(of: GST_EVENT_SEGMENT) ?? 0, "\(kept.map(\.rawValue))")
      #expect(probe.tags.joined().contains("title=(string)Home"))
    }

    /// stream-start, caps, segment, then the rest: in that order, with the video's group and a stream id of its own.
    @Test func orderOfEvents() {
      let pipeline = Pipeline("videotestsrc num-buffers=20 ! video/x-raw,width=64,height=64 ! v2a name=v ! fakesink")
      let probe = pipeline.watch("v", "src"), video = pipeline.watch("v", "sink")
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      #expect(probe.events.prefix(3).map(\.type) == [GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT])
      #expect(probe.events.last?.type == GST_EVENT_EOS)
      #expect(probe.events.last?.seqnum == video.events.last?.seqnum)
      let (own, theirs) = (Self.stream(pipeline["v"], "src"), Self.stream(pipeline["v"], "sink"))
      #expect(own.id != theirs.id && own.id.hasPrefix(theirs.id) && own.group == theirs.group && own.group != 0)
    }
  }
}

/// Names of all raw video formats that the element's sink takes.
func gst_static_caps_get_all() -> [String] {
  Harness.register()
  let factory = gst_element_factory_find("v2a")!
  defer { gst_object_unref(UnsafeMutableRawPointer(factory)) }
  let element = gst_element_factory_create(factory, nil)!
  let pad = gst_element_get_static_pad(element, "sink")!
  let caps = gst_pad_get_pad_template_caps(pad)!
  let formats = gst_structure_get_value(gst_caps_get_structure(caps, 0), "format")
  var names: [String] = []
  for i in 0..<gst_value_list_get_size(formats) {
    if let name = g_value_get_string(gst_value_list_get_value(formats, i)) { names.append(String(cString: name)) }
  }
  gst_caps_unref(caps)
  gst_object_unref(pad)
  gst_object_unref(gst_object_ref_sink(element))
  return names
}
