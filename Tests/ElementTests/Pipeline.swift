import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement
import V2AEngine

#if canImport(Glibc)
  import Glibc
#endif

/// All suites that use the element: one after the other, for the double of the generator is shared.
@Suite(.serialized) enum ElementSuites {}

/// A pipeline by its gst-launch description, with the test generator in `v2a`.
final class Pipeline {
  let element: UnsafeMutablePointer<GstElement>
  private let bus: UnsafeMutablePointer<GstBus>
  private var probes: [Probe] = []

  /// `isReal`: with the embedded model. `isMarked`: with the watermark; else tests see samples as they were generated.
  init(_ text: String, isReal: Bool = false, isMarked: Bool = false) {
    let words = text.split(separator: " ").map { ["v2a", "v2abin"].contains($0) && !isMarked ? "\($0) watermark=false" : String($0) }
    let description = words.joined(separator: " ")
    Harness.register()
    TestGenerator.restart()
    if isReal {
      Element.makeGenerator = { model, settings throws(EngineError) in
        try VideoToAudioModel.load(folder: model).makeSoundtrack(settings)
      }
    } else {
      Element.makeGenerator = { _, settings throws(EngineError) in TestGenerator(settings) }
    }
    var error: UnsafeMutablePointer<GError>?
    guard let made = gst_parse_launch(description, &error) else {
      fatalError("\(description): \(error.map { String(cString: $0.pointee.message) } ?? "")")
    }
    if let error {
      Issue.record("\(description): \(String(cString: error.pointee.message))")
      g_error_free(error)
    }
    element = UnsafeMutableRawPointer(gst_object_ref_sink(made)!).assumingMemoryBound(to: GstElement.self)
    bus = gst_element_get_bus(element)
  }

  deinit {
    gst_element_set_state(element, GST_STATE_NULL)
    gst_object_unref(bus)
    gst_object_unref(element)
  }

  var bin: UnsafeMutablePointer<GstBin> { UnsafeMutableRawPointer(element).assumingMemoryBound(to: GstBin.self) }

  /// The element of that name, which lives as long as the pipeline.
  subscript(name: String) -> UnsafeMutablePointer<GstElement> {
    let found = gst_bin_get_by_name(bin, name)!
    gst_object_unref(found)
    return found
  }

  func play() { gst_element_set_state(element, GST_STATE_PLAYING) }
  func pause() { gst_element_set_state(element, GST_STATE_PAUSED) }
  func stop() { gst_element_set_state(element, GST_STATE_NULL) }

  /// Waits for the state that was asked for; whether it was reached.
  func settle(seconds: Double = 10) -> Bool {
    gst_element_get_state(element, nil, nil, GstClockTime(seconds * 1e9)) != GST_STATE_CHANGE_FAILURE
  }

  struct Message {
    let message: UnsafeMutablePointer<GstMessage>
    var type: GstMessageType { message.pointee.type }

    /// Text of an error or warning.
    var text: String {
      var error: UnsafeMutablePointer<GError>?
      if type == GST_MESSAGE_WARNING { gst_message_parse_warning(message, &error, nil) } else { gst_message_parse_error(message, &error, nil) }
      defer { g_error_free(error) }
      return error.map { String(cString: $0.pointee.message) } ?? ""
    }

    func string(_ field: String) -> String? {
      gst_message_get_structure(message).flatMap { gst_structure_get_string($0, field) }.map { String(cString: $0) }
    }

    func integer(_ field: String) -> Int? {
      var value: gint = 0
      guard let structure = gst_message_get_structure(message), gst_structure_get_int(structure, field, &value) != 0 else { return nil }
      return Int(value)
    }

    func double(_ field: String) -> Double? {
      var value = 0.0
      guard let structure = gst_message_get_structure(message), gst_structure_get_double(structure, field, &value) != 0 else { return nil }
      return value
    }

    func time(_ field: String) -> UInt64? {
      var value: guint64 = 0
      guard let structure = gst_message_get_structure(message), gst_structure_get_uint64(structure, field, &value) != 0 else { return nil }
      return UInt64(value)
    }
  }

  /// Handles messages for some seconds, or until EOS or an error; how it ended (nil: time over).
  @discardableResult
  func run(seconds: Double, _ handle: (Message) -> Void) -> GstMessageType? {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let end = Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9 + seconds
    while true {
      clock_gettime(CLOCK_MONOTONIC, &now)
      let left = end - Double(now.tv_sec) - Double(now.tv_nsec) * 1e-9
      if left <= 0 { return nil }
      guard let message = gst_bus_timed_pop(bus, GstClockTime(left * 1e9)) else { continue }
      defer { gst_message_unref(message) }
      handle(Message(message: message))
      let type = message.pointee.type
      if type == GST_MESSAGE_EOS || type == GST_MESSAGE_ERROR { return type }
    }
  }

  /// The pipeline's least latency now.
  var latency: UInt64 {
    guard let query = gst_query_new_latency() else { return 0 }
    defer { gst_query_unref(query) }
    guard gst_element_query(element, query) != 0 else { return 0 }
    var least: GstClockTime = 0
    var live: gboolean = 0
    gst_query_parse_latency(query, &live, &least, nil)
    return live != 0 ? UInt64(least) : 0
  }

  /// max-size-time of the queue in a v2abin, in nanoseconds.
  func queueTime(_ name: String) -> UInt64 {
    let inner = UnsafeMutableRawPointer(self[name]).assumingMemoryBound(to: GstBin.self)
    var result: UInt64 = 0
    let iterator = gst_bin_iterate_elements(inner)
    defer { gst_iterator_free(iterator) }
    withUnsafeMutablePointer(to: &result) { pointer in
      _ = gst_iterator_foreach(
        iterator,
        { item, data in
          let object = g_value_get_object(item)!.assumingMemoryBound(to: GObject.self)
          guard g_object_class_find_property(v2a_test_class(object), "max-size-time") != nil else { return }
          var v = GValue()
          g_value_init(&v, GType(11 << 2))  // G_TYPE_UINT64
          g_object_get_property(object, "max-size-time", &v)
          data!.assumingMemoryBound(to: UInt64.self).pointee = UInt64(g_value_get_uint64(&v))
        }, pointer)
    }
    return result
  }

  /// Notes every buffer that passes a pad, with the running time at which it did.
  func watch(_ name: String, _ pad: String) -> Probe {
    let probe = Probe(self[name], pad)
    probes.append(probe)
    return probe
  }
}

/// Buffers and events that have passed a pad.
final class Probe: @unchecked Sendable {
  struct Buffer {
    var pts, duration: UInt64
    var arrived: Int64
    var gap, discont: Bool
    var first: (Float, Float)
  }

  private let element: UnsafeMutablePointer<GstElement>
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var seen: [Buffer] = []
  private var seenEvents: [(type: GstEventType, seqnum: UInt32, after: Int)] = []
  private var texts: [String] = []

  init(_ element: UnsafeMutablePointer<GstElement>, _ name: String) {
    self.element = element
    pthread_mutex_init(lock, nil)
    guard let pad = gst_element_get_static_pad(element, name) else {
      Issue.record("no pad \(name)")
      return
    }
    let mask = GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER.rawValue | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM.rawValue | GST_PAD_PROBE_TYPE_EVENT_FLUSH.rawValue)
    gst_pad_add_probe(
      pad, mask,
      { _, info, data in
        let probe = Unmanaged<Probe>.fromOpaque(data!).takeUnretainedValue()
        if let info, info.pointee.type.rawValue & GST_PAD_PROBE_TYPE_BUFFER.rawValue != 0 {
          gst_pad_probe_info_get_buffer(info).map(probe.note)
        } else {
          gst_pad_probe_info_get_event(info).map(probe.note)
        }
        return GST_PAD_PROBE_OK
      }, Unmanaged.passRetained(self).toOpaque(), { Unmanaged<Probe>.fromOpaque($0!).release() })
    gst_object_unref(pad)
  }

  private func locked<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  var buffers: [(pts: UInt64, duration: UInt64, arrived: Int64, gap: Bool)] { locked { seen.map { ($0.pts, $0.duration, $0.arrived, $0.gap) } } }
  var all: [Buffer] { locked { seen } }
  /// Events, and how many buffers had passed before them.
  var events: [(type: GstEventType, seqnum: UInt32, after: Int)] { locked { seenEvents } }
  /// Tag lists as text.
  var tags: [String] { locked { texts } }

  private func note(_ buffer: UnsafeMutablePointer<GstBuffer>) {
    var arrived: Int64 = 0
    if let clock = gst_element_get_clock(element) {
      arrived = Int64(gst_clock_get_time(clock)) - Int64(gst_element_get_base_time(element))
      gst_object_unref(clock)
    }
    var pair: [Float] = [0, 0]
    _ = pair.withUnsafeMutableBytes { gst_buffer_extract(buffer, 0, $0.baseAddress, 8) }
    locked {
      seen.append(
        Buffer(
          pts: UInt64(buffer.pointee.pts), duration: UInt64(buffer.pointee.duration), arrived: arrived,
          gap: v2a_buffer_is_gap(buffer) != 0, discont: v2a_buffer_is_discont(buffer) != 0, first: (pair[0], pair[1])))
    }
  }

  private func note(_ event: UnsafeMutablePointer<GstEvent>) {
    locked {
      seenEvents.append((v2a_event_type(event), UInt32(gst_event_get_seqnum(event)), seen.count))
      var tags: UnsafeMutablePointer<GstTagList>?
      if v2a_event_type(event) == GST_EVENT_TAG {
        gst_event_parse_tag(event, &tags)
        if let text = tags.flatMap({ gst_tag_list_to_string($0) }) {
          texts.append(String(cString: text))
          g_free(text)
        }
      }
    }
  }
}

func setEnum(_ element: UnsafeMutablePointer<GstElement>, _ name: String, _ value: Int32) {
  var v = GValue()
  g_value_init(&v, gst_v2a_late_policy_get_type())
  g_value_set_enum(&v, value)
  g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, &v)
  g_value_unset(&v)
}

func setBoolean(_ element: UnsafeMutablePointer<GstElement>, _ name: String, _ value: Bool) {
  var v = GValue()
  g_value_init(&v, GType(5 << 2))  // G_TYPE_BOOLEAN
  g_value_set_boolean(&v, value ? 1 : 0)
  g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, &v)
  g_value_unset(&v)
}
