import ArgumentParser
import CElement
import CGStreamer
import V2AElement
import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

struct Detect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says whether a file's sound bears the watermark, for any file that GStreamer decodes.",
    discussion: "Exit status: 0 found, 1 not found, 2 the file could not be read.")

  @Argument(help: "A sound or video file.") var file: String
  @Option(help: "Key; default: the public one.") var key = ""
  @Option(help: "Payload that is looked for first; others are found too when the mark is clear.")
  var expected: UInt32 = WatermarkEmbedder.standardPayload
  @Flag(help: "A line every half second too.") var verbose = false

  func run() throws {
    gst_init(nil, nil)
    gst_element_register(nil, "v2awatermarkdetect", 0, gst_v2a_watermark_detect_get_type())
    let (found, reason) = launch(
      "filesrc name=file ! decodebin caps=audio/x-raw expose-all-streams=false ! audioconvert ! audioresample ! "
      + "audio/x-raw,format=F32LE,rate=48000,channels=[1,2] ! v2awatermarkdetect name=detector ! fakesink sync=false")
    guard let pipeline = found else { try fail(reason) }
    defer {
      gst_element_set_state(pipeline, GST_STATE_NULL)
      gst_object_unref(pipeline)
    }
    set(pipeline, "file", "location", file)
    set(pipeline, "detector", "key", key)
    set(pipeline, "detector", "payload", expected)
    guard let bus = gst_element_get_bus(pipeline) else { try fail("no message bus") }
    defer { gst_object_unref(bus) }
    gst_element_set_state(pipeline, GST_STATE_PLAYING)
    let wanted = GstMessageType(GST_MESSAGE_EOS.rawValue | GST_MESSAGE_ERROR.rawValue | GST_MESSAGE_ELEMENT.rawValue)
    var result: Line?
    while let message = gst_bus_timed_pop_filtered(bus, GstClockTime.max, wanted) {
      defer { gst_message_unref(message) }
      if v2a_message_type(message) == GST_MESSAGE_ERROR {
        var failure: UnsafeMutablePointer<GError>?
        gst_message_parse_error(message, &failure, nil)
        defer { g_clear_error(&failure) }
        try fail(failure?.pointee.message.map { String(cString: $0) } ?? "it cannot be decoded")
      }
      if v2a_message_type(message) == GST_MESSAGE_EOS { break }
      guard let line = Line(message) else { continue }
      if line.isFinal { result = line } else if verbose { print(line.text) }
    }
    guard let result else { try fail("it has no sound") }
    print(result.text)
    throw ExitCode(result.isPresent ? 0 : 1)
  }

  private func fail(_ reason: String) throws -> Never {
    v2a_print_error("\(file): \(reason)\n")
    throw ExitCode(2)
  }

  /// What a message of the detector says.
  private struct Line {
    var isPresent = false, isFinal = false
    var text = ""

    init?(_ message: UnsafeMutablePointer<GstMessage>) {
      guard let structure = gst_message_get_structure(message), gst_structure_has_name(structure, "v2a-watermark") != 0 else {
        return nil
      }
      var present: gboolean = 0, last: gboolean = 0
      var payload: guint = 0, start: guint64 = 0, stop: guint64 = 0, score = 0.0, confidence = 0.0
      gst_structure_get_boolean(structure, "present", &present)
      gst_structure_get_boolean(structure, "final", &last)
      gst_structure_get_double(structure, "score", &score)
      gst_structure_get_double(structure, "confidence", &confidence)
      gst_structure_get_uint64(structure, "start-time", &start)
      gst_structure_get_uint64(structure, "stop-time", &stop)
      let known = gst_structure_get_uint(structure, "payload", &payload) != 0
      isPresent = present != 0
      isFinal = last != 0
      let span = "from \(Self.seconds(start)) to \(Self.seconds(stop)) s"
      text = "score \(Self.rounded(score)), \(span)"
      if isPresent {
        let digits = String(payload, radix: 16)
        let name = known ? "payload \(payload) (gst-v2a:\(String(repeating: "0", count: 8 - digits.count))\(digits))" : "payload not readable"
        text = "watermark found: \(name), confidence \(Self.rounded(confidence)), " + text
      } else {
        text = "no watermark: best " + text
      }
    }

    private static func seconds(_ time: guint64) -> Double { Double(time / 10_000_000) / 100 }
    private static func rounded(_ x: Double) -> Double { (x * 100).rounded() / 100 }
  }

  private func set(_ pipeline: UnsafeMutablePointer<GstElement>, _ name: String, _ property: String, _ value: String) {
    var v = GValue()
    g_value_init(&v, GType(16 << 2))  // G_TYPE_STRING
    g_value_set_string(&v, value)
    set(pipeline, name, property, &v)
  }

  private func set(_ pipeline: UnsafeMutablePointer<GstElement>, _ name: String, _ property: String, _ value: UInt32) {
    var v = GValue()
    g_value_init(&v, GType(7 << 2))  // G_TYPE_UINT
    g_value_set_uint(&v, guint(value))
    set(pipeline, name, property, &v)
  }

  private func set(_ pipeline: UnsafeMutablePointer<GstElement>, _ name: String, _ property: String, _ value: inout GValue) {
    let bin = UnsafeMutableRawPointer(pipeline).assumingMemoryBound(to: GstBin.self)
    if let element = gst_bin_get_by_name(bin, name) {
      g_object_set_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), property, &value)
      gst_object_unref(element)
    }
    g_value_unset(&value)
  }
}
