import CElement
import CGStreamer
import CGstCheck
import Synchronization
import Testing
import V2AElement

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// What other elements and applications take for granted of any element.
  @Suite struct ConventionTests {
    static let second: UInt64 = 1_000_000_000

    /// OFFSET and OFFSET_END count samples without a hole, and timestamps follow from them to the nanosecond: a perfect stream.
    @Test func perfectStream() {
      let harness = StreamTests.harness(caps: "video/x-raw,format=GRAY8,width=64,height=64,framerate=24000/1001")
      let base: UInt64 = 7 * Self.second + 1
      for i in 0..<240 { harness.push(pts: base + UInt64(i) * 1_001_000_000 / 24) }
      harness.pushEOS()
      var samples: UInt64 = 0, reached = base, count = 0, eos = false
      for _ in 0..<2000 where !eos {
        while let buffer = gst_harness_try_pull(harness.h) {
          let b = buffer.pointee
          #expect(b.offset == samples && b.offset_end - b.offset == gst_buffer_get_size(buffer) / 8)
          #expect(UInt64(b.pts) == reached && UInt64(b.pts) == base + samples * 62_500 / 3)
          samples = UInt64(b.offset_end)
          reached = UInt64(b.pts + b.duration)
          count += 1
          gst_buffer_unref(buffer)
        }
        while let event = gst_harness_try_pull_event(harness.h) {
          eos = eos || v2a_event_type(event) == GST_EVENT_EOS
          gst_event_unref(event)
        }
        usleep(2000)
      }
      #expect(eos && count > 90 && abs(Int64(samples) - 480_480) <= 1)
    }

    /// PTS, running time and stream time differ when the segment says so; each goes where it belongs.
    @Test func timesAreKeptApart() {
      let harness = StreamTests.harness()
      let bus = gst_bus_new()!
      gst_element_set_bus(harness.element, bus)
      var segment = GstSegment()
      gst_segment_init(&segment, GST_FORMAT_TIME)
      (segment.start, segment.time, segment.base) = (10 * guint64(Self.second), 3 * guint64(Self.second), 50 * guint64(Self.second))
      gst_harness_push_event(harness.h, gst_event_new_segment(&segment))
      for i in 0..<60 { harness.push(pts: 10 * Self.second + UInt64(i) * 33_333_333, duration: 33_333_333) }
      harness.pushEOS()
      let out = harness.pullAll()
      #expect(out.eos && out.start == 10 * Self.second)
      var times: [[UInt64]] = []
      while let message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT) {
        let m = Pipeline.Message(message: message)
        times.append(["pts", "running-time", "stream-time"].map { m.time($0) ?? 0 })
        gst_message_unref(message)
      }
      #expect(times.first == [10 * Self.second, 50 * Self.second, 3 * Self.second])
      #expect(times.allSatisfy { $0[1] - $0[0] == 40 * Self.second && $0[0] - $0[2] == 7 * Self.second }, "\(times)")
      var position: gint64 = 0
      #expect(gst_pad_peer_query_position(harness.h.pointee.sinkpad, GST_FORMAT_TIME, &position) != 0)
      #expect(abs(position - 5 * gint64(Self.second)) < 50_000)
      gst_element_set_bus(harness.element, nil)
      gst_object_unref(bus)
    }

    /// Events and queries that the element knows nothing of pass: downstream in order with the sound, or at once; and upstream.
    @Test func unknownEventsAndQueries() {
      let harness = StreamTests.harness()
      func custom(_ type: GstEventType, _ name: String) -> UnsafeMutablePointer<GstEvent>? {
        gst_event_new_custom(type, gst_structure_new_empty(name))
      }
      for i in 0..<60 {
        harness.push(pts: UInt64(i) * 33_333_333, duration: 33_333_333)
        if i == 30 { #expect(gst_harness_push_event(harness.h, custom(GST_EVENT_CUSTOM_DOWNSTREAM, "in-order")) != 0) }
      }
      #expect(gst_harness_push_event(harness.h, custom(GST_EVENT_CUSTOM_DOWNSTREAM_OOB, "at-once")) != 0)
      #expect(gst_harness_push_upstream_event(harness.h, custom(GST_EVENT_CUSTOM_UPSTREAM, "up")) != 0)
      harness.pushEOS()
      var down: [String] = []
      for _ in 0..<1000 where down.last != "eos" {
        while let event = gst_harness_try_pull_event(harness.h) {
          if let structure = gst_event_get_structure(event), v2a_event_type(event) != GST_EVENT_EOS {
            down.append(String(cString: gst_structure_get_name(structure)))
          } else if v2a_event_type(event) == GST_EVENT_EOS {
            down.append("eos")
          }
          gst_event_unref(event)
        }
        usleep(2000)
      }
      #expect(down.contains("in-order") && down.contains("at-once"), "\(down)")
      var up: [String] = []
      while let event = gst_harness_try_pull_upstream_event(harness.h) {
        gst_event_get_structure(event).map { up.append(String(cString: gst_structure_get_name($0))) }
        gst_event_unref(event)
      }
      #expect(up.contains("up"), "\(up)")
      // A query that upstream answers reaches it: duration.
      let pipeline = Pipeline("videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v ! fakesink")
      pipeline.pause()
      #expect(pipeline.settle())
      let pad = gst_element_get_static_pad(pipeline["v"], "src")!
      var duration: gint64 = 0
      #expect(gst_pad_query_duration(pad, GST_FORMAT_TIME, &duration) != 0 && duration == 3 * gint64(Self.second))
      gst_object_unref(pad)
    }

    /// Latency and position are not known before there is anything to ask, and a live pipeline makes no sound before it plays.
    @Test func nothingTooEarly() {
      Harness.register()
      let element = gst_element_factory_make("v2a", nil)!
      let query = gst_query_new_latency()!
      var position: gint64 = 0
      #expect(gst_element_query(element, query) == 0 && gst_element_query_position(element, GST_FORMAT_TIME, &position) == 0)
      gst_query_unref(query)
      gst_object_unref(gst_object_ref_sink(element))
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=171000000 ! fakesink")
      let probe = pipeline.watch("v", "src")
      #expect(gst_element_set_state(pipeline.element, GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL)
      pipeline.run(seconds: 1) { _ in }
      #expect(probe.buffers.isEmpty)
      pipeline.play()
      pipeline.run(seconds: 1.5) { _ in }
      #expect(!probe.buffers.isEmpty)
      pipeline.pause()
      #expect(gst_element_get_state(pipeline.element, nil, nil, 2 * GstClockTime(Self.second)) == GST_STATE_CHANGE_NO_PREROLL)
      pipeline.run(seconds: 0.3) { _ in }
      let heard = probe.buffers.count
      pipeline.run(seconds: 0.5) { _ in }
      #expect(probe.buffers.count <= heard + 2)
      pipeline.stop()
    }

    /// Nothing is held over pushes and messages: from inside them an application may do anything to the element.
    @Test func nothingIsHeld() {
      let pipeline = Pipeline("videotestsrc num-buffers=120 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink")
      final class Meddler: Sendable { let calls = Atomic(0) }
      let meddler = Meddler()
      func meddle(_ element: UnsafeMutablePointer<GstElement>) {
        setString(element, "prompt", Array("rain".utf8CString))
        setUInt64(element, "hop", 512_000_000)
        gst_element_query_position(element, GST_FORMAT_TIME, nil)
        if let query = gst_query_new_latency() {
          gst_element_query(element, query)
          gst_query_unref(query)
        }
        // Not while the state changes: GStreamer fails the change when a pad goes that it is about to activate.
        if element.pointee.current_state.rawValue >= GST_STATE_PAUSED.rawValue, let pad = gst_element_request_pad_simple(element, "src_%u") {
          gst_element_release_request_pad(element, pad)
          gst_object_unref(pad)
        }
      }
      final class Context {
        let element: UnsafeMutablePointer<GstElement>, meddler: Meddler, meddle: (UnsafeMutablePointer<GstElement>) -> Void
        init(_ e: UnsafeMutablePointer<GstElement>, _ m: Meddler, _ f: @escaping (UnsafeMutablePointer<GstElement>) -> Void) { (element, meddler, meddle) = (e, m, f) }
      }
      let context = Context(pipeline["v"], meddler, meddle)
      let pointer = Unmanaged.passUnretained(context).toOpaque()
      let pad = gst_element_get_static_pad(pipeline["v"], "src")!
      gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        { _, _, data in
          let c = Unmanaged<Context>.fromOpaque(data!).takeUnretainedValue()
          c.meddle(c.element)
          c.meddler.calls.add(1, ordering: .relaxed)
          return GST_PAD_PROBE_OK
        }, pointer, nil)
      gst_object_unref(pad)
      let bus = gst_element_get_bus(pipeline.element)
      gst_bus_set_sync_handler(
        bus,
        { _, message, data in
          let c = Unmanaged<Context>.fromOpaque(data!).takeUnretainedValue()
          if v2a_message_type(message!) == GST_MESSAGE_ELEMENT || v2a_message_type(message!) == GST_MESSAGE_PROGRESS {
            c.meddle(c.element)
            c.meddler.calls.add(1, ordering: .relaxed)
          }
          return GST_BUS_PASS
        }, pointer, nil)
      pipeline.play()
      #expect(pipeline.settle())
      #expect(pipeline.run(seconds: 10) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } == GST_MESSAGE_EOS)
      pipeline.stop()
      gst_bus_set_sync_handler(bus, nil, nil, nil)
      gst_object_unref(bus)
      #expect(meddler.calls.load(ordering: .relaxed) > 40)
      withExtendedLifetime(context) {}
    }
  }
}
