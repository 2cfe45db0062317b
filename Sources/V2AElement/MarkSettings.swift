import CElement
import CGStreamer
import V2AEngine
import V2AStreaming
import V2AWatermark

/// What is set about the watermark, as GObject properties that follow one another: whether, payload, key.
struct MarkSettings {
  var isOn = true
  var payload = WatermarkEmbedder.standardPayload
  var key = ""

  mutating func set(_ property: Int32, _ value: UnsafePointer<GValue>) {
    switch property {
    case 0: isOn = g_value_get_boolean(value) != 0
    case 1: payload = UInt32(clamping: g_value_get_uint(value))
    case 2: key = g_value_get_string(value).map { ElementSettings.text($0) } ?? ""
    default: break
    }
  }

  func get(_ property: Int32, _ value: UnsafeMutablePointer<GValue>) {
    switch property {
    case 0: g_value_set_boolean(value, isOn ? 1 : 0)
    case 1: g_value_set_uint(value, guint(payload))
    case 2: g_value_set_string(value, key)
    default: break
    }
  }

  /// What the mark holds back, in nanoseconds.
  var latency: Int64 { isOn ? Timeline.nanoseconds(Int64(WatermarkEmbedder.latency), rate: LatentGrid.rate) : 0 }

  /// The payload as metadata refers to it; nil when nothing is marked.
  var identifier: String? {
    guard isOn else { return nil }
    let digits = String(payload, radix: 16)
    return "gst-v2a:" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  func apply(to generator: any SoundtrackGenerator) -> any SoundtrackGenerator {
    isOn ? MarkedSoundtrack(generator, payload: payload, key: WatermarkKey(key)) : generator
  }
}
