/// What the reports on a stream say together.
public struct WatermarkSummary: Sendable, Equatable {
  /// A score of the last two seconds above this says that the mark is there at that moment.
  private static let local: Float = 3
  private static let reach: Int64 = 5 * Int64(Layout.periodFrames) * Int64(Layout.hop)

  /// The report with the highest score.
  public private(set) var best = WatermarkReport()
  /// Samples between which the mark was heard.
  public private(set) var marked: Range<Int64>?
  private var votes: [UInt32: Float] = [:]
  /// Ends of the latest reports that had the mark in their last two seconds.
  private var hits: [Int64] = []

  public init() {}

  public mutating func add(_ report: WatermarkReport) {
    if report.score > best.score || best.end == 0 { best = report }
    if report.recent >= Self.local { hits.append(report.end) }
    hits.removeAll { $0 < report.end - Self.reach }
    guard report.isPresent else { return }
    // At most as many payloads as anybody would mix into one stream.
    if let payload = report.payload, votes[payload] != nil || votes.count < 64 { votes[payload, default: 0] += report.score }
    let inside = hits.filter { $0 > report.start }
    let period = Int64(Layout.periodFrames * Layout.hop)
    let first = max(report.start, (inside.first ?? report.end) - period)
    let last = max(first, inside.last ?? report.end)
    marked = min(marked?.lowerBound ?? first, first)..<max(marked?.upperBound ?? last, last)
  }

  public var isPresent: Bool { best.isPresent }
  /// The payload that most of the evidence is for.
  public var payload: UInt32? { votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
}
