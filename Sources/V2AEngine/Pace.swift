/// How often something happens that no picture shows, in latents (42.7 ms).
struct Pace: Equatable {
  /// Latents for one moment; each seed has one of these throughout.
  let periods: ClosedRange<Int>
  /// The part of the period in which a moment lies.
  let spread: Float

  /// A bark, a shot: 1.1 to 1.7 s from one to the next.
  static let chance = Pace(periods: 33...33, spread: 0.2)
  /// Steps, blows of a hammer: 117 to 128 a minute.
  static let repeated = Pace(periods: 11...12, spread: 0.1)
  /// The beat of music: 94 to 128 a minute.
  static let beat = Pace(periods: 11...15, spread: 0)
}
