/// How a soundtrack is generated. Takes effect at the next chunk.
public struct SoundtrackSettings: Sendable, Equatable {
  public var prompt = ""
  public var negativePrompt = ""
  /// v = v_null + scale (v_condition - v_null); 1 switches guidance off.
  public var guidanceScale: Float = 5
  /// Steps of the sampler per chunk.
  public var steps = 8
  /// Seed of all noise: the same seed gives the same soundtrack.
  public var seed: UInt64 = 0
  /// New latents per chunk (2048 samples each).
  public var hop = 24
  /// Latents before a chunk that it continues.
  public var context = 40
  /// Sounds of a prompt that are generated apart and added, at most.
  public var layers = 2

  public init() {}

  public static let steps = 1...200
  public static let hops = 3...234
  public static let contexts = 0...234
  public static let layers = 1...4
  public static let guidanceScales: ClosedRange<Float> = 0...20

  func validate() throws(EngineError) {
    guard Self.steps.contains(steps) else { throw .invalidSetting(name: "steps", reason: "must lie in \(Self.steps)") }
    guard Self.hops.contains(hop) else { throw .invalidSetting(name: "hop", reason: "must lie in \(Self.hops) latents") }
    guard Self.contexts.contains(context) else {
      throw .invalidSetting(name: "context", reason: "must lie in \(Self.contexts) latents")
    }
    guard Self.layers.contains(layers) else { throw .invalidSetting(name: "layers", reason: "must lie in \(Self.layers)") }
    guard Self.guidanceScales.contains(guidanceScale) else {
      throw .invalidSetting(name: "guidance-scale", reason: "must lie in \(Self.guidanceScales)")
    }
  }
}

extension String {
  /// Whether it asks for anything: a prompt of blanks is none.
  var hasWords: Bool { contains { !$0.isWhitespace } }
}
