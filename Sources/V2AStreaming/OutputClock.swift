/// Timestamps from an integer sample counter: they never drift, and durations are differences of neighbours.
public struct OutputClock: Sendable, Equatable {
  public let base: Int64
  public private(set) var samples: Int64 = 0

  /// `base`: PTS of the first frame in nanoseconds.
  public init(base: Int64) { self.base = base }

  /// PTS and duration of the next `count` samples.
  public mutating func advance(_ count: Int64) -> (pts: Int64, duration: Int64, offset: Int64) {
    let begin = time(samples)
    let offset = samples
    samples = samples.addingSaturated(count)
    return (begin, time(samples) - begin, offset)
  }

  public var position: Int64 { time(samples) }

  private func time(_ samples: Int64) -> Int64 { base.addingSaturated(Timeline.scale(samples, 1_000_000_000, 48_000)) }
}
