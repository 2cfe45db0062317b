import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// What the user has set, as GObject properties.
struct ElementSettings {
  /// Prompts longer than this are cut: the text encoder reads 64 tokens.
  static let longestString = 4096

  var model: String?
  var prompt = ""
  var negativePrompt = ""
  var guidanceScale = V2A_DEFAULT_GUIDANCE_SCALE
  var steps = Int32(V2A_DEFAULT_STEPS)
  var layers = Int32(V2A_DEFAULT_LAYERS)
  var seed: UInt64 = 0
  var hop = LatentGrid.latents(inNanoseconds: 1_024_000_000)
  var latePolicy = V2A_LATE_FEWER_STEPS
  var mark = MarkSettings()
  var context = LatentGrid.latents(inNanoseconds: 1_706_666_667)

  var soundtrack: SoundtrackSettings {
    var s = SoundtrackSettings()
    s.prompt = prompt
    s.negativePrompt = negativePrompt
    s.guidanceScale = guidanceScale
    s.steps = Int(steps)
    s.layers = Int(layers)
    s.seed = seed
    s.hop = hop
    s.context = context
    return s
  }

  /// Takes a property's value. Strings may hold any bytes: what is not UTF-8 is replaced.
  mutating func set(_ property: Int32, _ value: UnsafePointer<GValue>) {
    switch Int(property) {
    case Int(V2A_PROP_MODEL): model = g_value_get_string(value).map { String(cString: $0) }
    case Int(V2A_PROP_PROMPT): prompt = Self.text(value)
    case Int(V2A_PROP_NEGATIVE_PROMPT): negativePrompt = Self.text(value)
    case Int(V2A_PROP_GUIDANCE_SCALE):
      let scale = g_value_get_float(value)
      if scale.isFinite { guidanceScale = scale }
    case Int(V2A_PROP_STEPS): steps = g_value_get_int(value)
    case Int(V2A_PROP_LAYERS): layers = g_value_get_int(value)
    case Int(V2A_PROP_SEED): seed = UInt64(g_value_get_uint64(value))
    case Int(V2A_PROP_HOP):
      let range = SoundtrackSettings.hops
      hop = min(max(LatentGrid.latents(inNanoseconds: Int64(clamping: g_value_get_uint64(value))), range.lowerBound), range.upperBound)
    case Int(V2A_PROP_CONTEXT):
      let nanoseconds = Int64(clamping: g_value_get_uint64(value))
      let latents = nanoseconds < 21_333_333 ? 0 : LatentGrid.latents(inNanoseconds: nanoseconds)
      context = min(latents, SoundtrackSettings.contexts.upperBound)
    case Int(V2A_PROP_LATE_POLICY): latePolicy = V2ALatePolicy(UInt32(clamping: g_value_get_enum(value)))
    default: mark.set(property - Int32(V2A_PROP_WATERMARK), value)
    }
  }

  func get(_ property: Int32, _ value: UnsafeMutablePointer<GValue>) {
    switch Int(property) {
    case Int(V2A_PROP_MODEL): g_value_set_string(value, model)
    case Int(V2A_PROP_PROMPT): g_value_set_string(value, prompt)
    case Int(V2A_PROP_NEGATIVE_PROMPT): g_value_set_string(value, negativePrompt)
    case Int(V2A_PROP_GUIDANCE_SCALE): g_value_set_float(value, guidanceScale)
    case Int(V2A_PROP_STEPS): g_value_set_int(value, steps)
    case Int(V2A_PROP_LAYERS): g_value_set_int(value, layers)
    case Int(V2A_PROP_SEED): g_value_set_uint64(value, guint64(seed))
    case Int(V2A_PROP_HOP): g_value_set_uint64(value, Self.nanoseconds(hop))
    case Int(V2A_PROP_CONTEXT): g_value_set_uint64(value, Self.nanoseconds(context))
    case Int(V2A_PROP_LATE_POLICY): g_value_set_enum(value, gint(latePolicy.rawValue))
    case Int(V2A_PROP_WINDOW): g_value_set_uint64(value, Self.nanoseconds(hop + context))
    default: mark.get(property - Int32(V2A_PROP_WATERMARK), value)
    }
  }

  private static func nanoseconds(_ latents: Int) -> guint64 {
    guint64(latents == 0 ? 0 : LatentGrid.nanoseconds(ofLatents: latents))
  }

  private static func text(_ value: UnsafePointer<GValue>) -> String { g_value_get_string(value).map { text($0) } ?? "" }

  static func text(_ characters: UnsafePointer<CChar>) -> String { String(String(cString: characters).prefix(longestString)) }
}
