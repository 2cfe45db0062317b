import V2AStreaming

/// How much video has to wait for its sound, for the queue of `v2abin`. Times in nanoseconds.
extension Element {
  /// For encoders and muxers that take sound in pieces of their own.
  private static let slack: UInt64 = 1_000_000_000
  /// More is never held.
  private static let most: UInt64 = 60_000_000_000

  /// The queue's size: what sound comes behind its picture and some more; a second on top of `most` when a full queue is what
  /// the element waits for.
  func roomForVideo(level: UInt64, most: UInt64) -> UInt64 {
    let hop = settings.with { $0.hop }
    let (interval, promised, isStarving) = stream.with { ($0.live.interval, $0.live.budget.promised, $0.isStarving) }
    // Before the stream has begun, what was measured in the one before does not count.
    let computing = most == 0 ? LatentGrid.nanoseconds(ofLatents: hop) / 2 : promised
    let own = WindowPlanner.latency(hop: hop, interval: interval).addingSaturated(computing)
    let needed = min(Self.most, UInt64(max(0, own)) + Self.slack)
    if most < needed { return needed }
    guard isStarving, level + Self.slack / 10 >= most, most < Self.most else { return most }
    return most + Self.slack
  }
}
