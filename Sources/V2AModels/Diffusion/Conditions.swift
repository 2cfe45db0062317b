/// What the generator is told: one branch of classifier-free guidance.
public struct Conditions: Sendable, Equatable {
  /// Sum of class probabilities times unit text embeddings, times sqrt(384) [384]; zeros for none.
  public var visual: [Float]
  /// Unit mean embedding of the prompt times sqrt(384) [384]; zeros for none.
  public var prompt: [Float]
  /// Token states of the prompt [tokens, 384]; empty for none.
  public var states: [Float]
  public var motion: Motion
  /// Guidance scale whose velocity the network gives in this one branch, 1...`DiffusionConfig.guidance`; 1: that of these conditions.
  public var scale: Float = 1

  /// Which motion tokens are used.
  public enum Motion: Sendable {
    /// Zeros: nothing is known of motion.
    case none
    /// The same token throughout: nothing happens.
    case rest
    /// Those of the picture.
    case seen
  }

  public init(visual: [Float], prompt: [Float], states: [Float], motion: Motion) {
    self.visual = visual
    self.prompt = prompt
    self.states = states
    self.motion = motion
  }

  public static let none = Conditions(
    visual: [Float](repeating: 0, count: 384), prompt: [Float](repeating: 0, count: 384), states: [], motion: .none)

  public var tokens: Int { states.count / 384 }
}
