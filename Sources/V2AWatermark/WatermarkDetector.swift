/// Finds the mark in a stream of 48 kHz audio without the original: a report per half second, over the last ten seconds.
public final class WatermarkDetector {
  /// Score from which a mark counts as present. Of five hours of unmarked sound, one ten-second piece in a thousand reaches 4.8
  /// and the highest 5.1; a file of an hour has hundreds of pieces, looked at every half second.
  public static let threshold: Float = 6.0
  /// Samples from one report to the next.
  public static let interval: Int64 = 24_000
  /// Longest window in frames: five periods, and a shorter one for sound that was cut.
  private static let window = 5 * Layout.periodFrames
  private static let lengths = [window, window / 2]

  private let analyzer = LevelAnalyzer()
  private let network = TileNetwork()
  private let search: TileSearch
  /// Levels of the last `window` frames.
  private var levels: [Float] = []
  /// The filter's output for them; its last `TileFilter.waiting` rows wait for levels to come.
  private var filtered: [Float] = []
  /// The network's, whose last `TileNetwork.waiting` rows wait.
  private var signs: [Float] = []
  private var firstFrame: Int64 = 0
  private var taken: Int64 = 0
  private let interval: Int64
  private var nextReport: Int64

  /// `expected`: the payload that is looked for first; any other is found too, but needs a clearer mark. `interval`: samples from one
  /// report to the next, above 0.
  public init(
    key: WatermarkKey = .standard, expected: UInt32 = WatermarkEmbedder.standardPayload, interval: Int64 = WatermarkDetector.interval
  ) {
    self.interval = max(1, interval)
    nextReport = self.interval
    search = TileSearch(key: key, expected: expected, network: network)
  }

  public func reset() {
    analyzer.reset()
    levels.removeAll(keepingCapacity: true)
    filtered.removeAll(keepingCapacity: true)
    signs.removeAll(keepingCapacity: true)
    firstFrame = 0
    taken = 0
    nextReport = interval
  }

  /// Takes interleaved samples of 1 or 2 channels; reports that have become due.
  public func append(_ samples: [Float], channels: Int = 2) -> [WatermarkReport] {
    guard channels == 1 || channels == 2 else { return [] }
    var reports: [WatermarkReport] = []
    var done = 0
    let count = samples.count / channels
    while done < count {
      let size = Int(min(Int64(count - done), nextReport - taken))
      let piece = size == count && done == 0 ? samples : Array(samples[channels * done..<channels * (done + size)])
      analyzer.append(piece, channels: channels, into: &levels)
      done += size
      taken += Int64(size)
      if taken == nextReport {
        nextReport += interval
        if let report = look() { reports.append(report) }
      }
    }
    return reports
  }

  /// The stream has ended: the report of what came after the last one.
  public func finish() -> WatermarkReport? {
    defer { reset() }
    guard taken > nextReport - interval else { return nil }
    analyzer.finish(into: &levels)
    return look()
  }

  private func look() -> WatermarkReport? {
    let width = LevelAnalyzer.frameWidth
    // Rows that lie whole inside what is there are final; the others are made for this once.
    let done = filtered.count / width
    TileFilter.append(levels, from: done, to: &filtered)
    network.append(levels, from: signs.count / TileNetwork.rowWidth, to: &signs)
    let surplus = levels.count / width - Self.window
    if surplus > 0 {
      levels.removeFirst(surplus * width)
      filtered.removeFirst(surplus * width)
      signs.removeFirst(surplus * TileNetwork.rowWidth)
      firstFrame += Int64(surplus)
    }
    let frames = levels.count / width
    let match = levels.withUnsafeBufferPointer { levels in
      filtered.withUnsafeBufferPointer { filtered in
        signs.withUnsafeBufferPointer { signs -> TileSearch.Match? in
          guard let levels = levels.baseAddress, let filtered = filtered.baseAddress, let signs = signs.baseAddress else { return nil }
          return search(filtered, signs: signs, levels: levels, frames: frames, lengths: Self.lengths)
        }
      }
    }
    filtered.removeLast(min(filtered.count, TileFilter.waiting * width))
    signs.removeLast(min(signs.count, TileNetwork.waiting * TileNetwork.rowWidth))
    guard let match else { return nil }
    var report = WatermarkReport()
    report.start = (firstFrame + Int64(match.skipped)) * Int64(Layout.hop)
    report.end = taken
    report.score = match.score
    report.recent = match.recent
    report.payload = match.payload
    report.tempo = 1 / match.hypothesis.tempo
    report.pitch = LevelAnalyzer.scales[match.hypothesis.scale]
    return report
  }
}
