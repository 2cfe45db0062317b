/// Spreads the change from one picture to the next over the latents that the first one was shown for.
///
/// Of video with fewer pictures than latents most latents bring no new picture. Between them nothing seems to move, and each new one is a
/// jump. The change that a picture brings is therefore divided by the latents that it took, and holds until the next picture is due: that
/// is when the second longest of the last `memory` times between two pictures has passed. Longer times than `slowest` are stillness.
struct SlowVideo: Sendable {
  /// What a latent shows.
  enum Change: Equatable {
    /// A new picture, whose change is spread over so many latents.
    case new(over: Int)
    /// The change that the latest picture brought.
    case held
    case nothing
  }

  /// In latents.
  static let slowest = 5
  static let memory = 4

  private var times = [Int](repeating: 1, count: memory)
  /// Latents since the latest new picture.
  private var since = slowest
  /// Latents for which a picture stays: the second longest of the last.
  private(set) var period = 1

  mutating func next(isNew: Bool) -> Change {
    since += 1
    if isNew && since <= Self.slowest { times = Array(times.dropFirst()) + [since] }
    period = times.sorted()[Self.memory - 2]
    guard isNew else { return since < period ? .held : .nothing }
    defer { since = 0 }
    return .new(over: min(since, period))
  }
}
