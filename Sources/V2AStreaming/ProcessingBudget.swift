/// The time for computing a window that live latency promises, from the times that windows took. Times in nanoseconds.
///
/// Grows as soon as a window needs more, and shrinks only when eight windows in a row have needed less than half of it.
public struct ProcessingBudget: Sendable, Equatable {
  /// What every promise has on top, for threads to wake up on a busy machine.
  public static let reserve: Int64 = 30_000_000
  /// Windows that the promise looks back on.
  public static let memory = 8

  public private(set) var promised: Int64
  /// The most that may be promised; nil: any amount.
  public private(set) var most: Int64?
  private var recent: [Int64] = []

  /// Before anything was measured, three eighths of the hop are promised. With a bound seven sixteenths are the most: a little
  /// less than half of what the machine may take. Windows that need longer are late, and get fewer steps or silence.
  public init(hop: Int64, isBounded: Bool) {
    promised = max(0, hop) / 8 * 3
    most = isBounded ? Self.most(of: hop) : nil
  }

  /// Sets or lifts the bound; whether that changes the promise.
  public mutating func bound(hop: Int64, isBounded: Bool) -> Bool {
    most = isBounded ? Self.most(of: hop) : nil
    guard let most, promised > most else { return false }
    promised = most
    return true
  }

  private static func most(of hop: Int64) -> Int64 { max(0, hop) / 16 * 7 }

  /// Takes note of a window; whether the promise has changed, so that the pipeline must hear of it.
  public mutating func add(_ spent: Int64) -> Bool {
    recent.append(max(0, spent))
    if recent.count > Self.memory { recent.removeFirst() }
    let peak = recent.max() ?? 0
    let needed = min(peak.addingSaturated(peak / 4).addingSaturated(Self.reserve), most ?? .max)
    if needed > promised || (recent.count == Self.memory && needed < promised / 2) {
      promised = needed
      return true
    }
    return false
  }
}
