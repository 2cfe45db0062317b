/// What the classifier saw in the last seconds, for applications to show.
public struct Sight: Sendable, Equatable {
  public struct Thing: Sendable, Equatable {
    public let name: String
    /// Mean over the last seconds, 0...1.
    public let probability: Float

    public init(name: String, probability: Float) {
      self.name = name
      self.probability = probability
    }
  }

  /// The most probable classes, at most three, the likeliest first.
  public var things: [Thing] = []
  /// How far the picture is one that the model knows: sum over classes of max(0, p - `VisualMemory.doubt`), 0...1, which is the
  /// weight that the picture has in the visual prompt.
  public var confidence: Float = 0

  public init() {}

  /// Class probabilities [1000]; nil: nothing has been seen yet.
  init(_ probabilities: [Float]?, names: ClassNames) {
    guard let probabilities else { return }
    things = probabilities.enumerated().sorted { $0.element > $1.element }.prefix(3).map {
      Thing(name: names[$0.offset], probability: $0.element)
    }
    confidence = VisualMemory.confidence(probabilities)
  }
}
