import CElement
import CGStreamer
import CGstCheck
import V2AElement
import V2AEngine

#if canImport(Glibc)
  import Glibc
#endif

/// A harness around `v2a` with the test generator, fed with grey pictures.
final class Harness {
  let h: UnsafeMutablePointer<GstHarness>

  nonisolated(unsafe) private static var registered = false

  static func register() {
    guard !registered else { return }
    registered = true
    gst_init(nil, nil)
    gst_element_register_v2a(nil)
    gst_element_register_v2abin(nil)
    gst_element_register_v2awatermark(nil)
    gst_element_register_v2awatermarkdetect(nil)
  }

  init(caps: String = "video/x-raw,format=GRAY8,width=64,height=64,framerate=30/1", _ properties: (UnsafeMutablePointer<GstElement>) -> Void = { _ in }) {
    Self.register()
    TestGenerator.restart()
    Element.makeGenerator = { _, settings throws(EngineError) in TestGenerator(settings) }
    let element = gst_element_factory_make("v2a", nil)!
    setUInt64(element, "hop", 512_000_000)
    // Tests that look at single samples want them as they were generated.
    setBoolean(element, "watermark", false)
    properties(element)
    h = gst_harness_new_with_element(element, "sink", "src")
    gst_object_unref(element)
    gst_harness_set_src_caps_str(h, caps)
  }

  deinit { gst_harness_teardown(h) }

  var element: UnsafeMutablePointer<GstElement> { h.pointee.element }

  /// Pushes a picture of `bytes` equal bytes.
  @discardableResult
  func push(pts: UInt64?, duration: UInt64? = nil, level: UInt8 = 100, bytes: Int = 4096, discont: Bool = false) -> GstFlowReturn {
    let buffer = gst_buffer_new_allocate(nil, gsize(bytes), nil)!
    gst_buffer_memset(buffer, 0, level, gsize(bytes))
    buffer.pointee.pts = pts.map { GstClockTime($0) } ?? GstClockTime.max
    buffer.pointee.duration = duration.map { GstClockTime($0) } ?? GstClockTime.max
    // DISCONT is 1 << 6 of the mini object's flags.
    if discont { buffer.pointee.mini_object.flags |= 64 }
    return gst_harness_push(h, buffer)
  }

  func pushEOS() { gst_harness_push_event(h, gst_event_new_eos()) }

  /// What has come out up to EOS: contiguous buffers as (first PTS, end, samples).
  func pullAll(seconds: Double = 20) -> (start: UInt64, end: UInt64, samples: [Float], contiguous: Bool, eos: Bool) {
    var samples: [Float] = [], start: UInt64?, end: UInt64 = 0, contiguous = true, eos = false
    let deadline = time(nil) + Int(seconds)
    while time(nil) <= deadline {
      while let buffer = gst_harness_try_pull(h) {
        let pts = UInt64(buffer.pointee.pts)
        if start == nil { start = pts } else if abs(Int64(pts) - Int64(end)) > 20 { contiguous = false }
        end = pts + UInt64(buffer.pointee.duration)
        let count = gst_buffer_get_size(buffer) / 4
        let before = samples.count
        samples += [Float](repeating: 0, count: Int(count))
        samples.withUnsafeMutableBytes { _ = gst_buffer_extract(buffer, 0, $0.baseAddress! + before * 4, count * 4) }
        gst_buffer_unref(buffer)
      }
      if eos { break }
      while let event = gst_harness_try_pull_event(h) {
        if v2a_event_type(event) == GST_EVENT_EOS { eos = true }
        gst_event_unref(event)
      }
      usleep(2000)
    }
    return (start ?? 0, end, samples, contiguous, eos)
  }
}

func setUInt64(_ element: UnsafeMutablePointer<GstElement>, _ name: String, _ value: UInt64) {
  var v = GValue()
  g_value_init(&v, GType(11 << 2))  // G_TYPE_UINT64
  g_value_set_uint64(&v, guint64(value))
  g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, &v)
  g_value_unset(&v)
}

func setString(_ element: UnsafeMutablePointer<GstElement>, _ name: String, _ bytes: [CChar]) {
  var v = GValue()
  g_value_init(&v, GType(16 << 2))  // G_TYPE_STRING
  bytes.withUnsafeBufferPointer { g_value_set_string(&v, $0.baseAddress) }
  g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, &v)
  g_value_unset(&v)
}
