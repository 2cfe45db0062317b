/// Sample and hold: which grid frames a picture covers, given the time of the next one. Frame rate does not matter.
public struct FrameSampler: Sendable, Equatable {
  /// A longer hole than this in the timestamps is taken as it is, but no single picture is repeated further.
  public static let longestHold: Int64 = 24 * 3600 * Timeline.nanosecondsPerSecond

  /// Next grid frame that has no picture yet.
  public private(set) var next = 0

  public init() {}

  /// The picture before is shown until `time` (nanoseconds after the first picture): the grid frames that it covers.
  /// Times that do not advance give an empty range.
  public mutating func advance(to time: Int64) -> Range<Int> {
    let first = next
    let end = min(time, LatentGrid.time(ofFrame: first).addingSaturated(Self.longestHold))
    // Frames k with time(k) < end: jump close by division, then settle exactly.
    let samples = Timeline.samples(end, rate: LatentGrid.rate)
    var k = max(Int64(first), samples / LatentGrid.samplesPerLatent - 2)
    while LatentGrid.time(ofFrame: Int(k)) < end { k += 1 }
    next = max(first, Int(k))
    return first..<next
  }
}
