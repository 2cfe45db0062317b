/// What a soundtrack's latents are told of picture and prompts; where that stays the same and goes on, a sound settles.
struct Told {
  /// Whether it is of what goes on: a picture that is still, or a prompt that does not speak of events.
  let goesOn: Bool
  let prompt, negativePrompt: String
  /// Visual prompt [384]; nothing where there are words, for what footage shows changes all the time, and what they ask for does not.
  let visual: [Float]

  /// What is seen: a visual prompt [384].
  init(goesOn: Bool, prompt: String, negativePrompt: String, seen: [Float]) {
    (self.goesOn, self.prompt, self.negativePrompt) = (goesOn, prompt, negativePrompt)
    visual = prompt.hasWords ? [] : seen
  }

  /// Latents in which guidance may still shape what goes on: 5 s, for a second thing may join in.
  static let settling = 117
  /// How far visual prompts of the same thing may lie apart, in squares of their lengths: the same picture with other grain.
  private static let apart: Float = 0.2

  /// Whether both ask for the same sound.
  func isLike(_ other: Told) -> Bool {
    guard goesOn == other.goesOn, prompt == other.prompt, negativePrompt == other.negativePrompt, visual.count == other.visual.count
    else { return false }
    var difference: Float = 0, lengths: Float = 0
    for (a, b) in zip(visual, other.visual) {
      difference += (a - b) * (a - b)
      lengths += a * a + b * b
    }
    return difference <= Self.apart * lengths
  }
}
