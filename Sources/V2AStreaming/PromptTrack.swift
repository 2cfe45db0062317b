/// Prompts that change in time: cues in running time, in nanoseconds.
public struct PromptTrack: Sendable, Equatable {
  /// What a cue says between its times.
  public struct Cue: Sendable, Equatable {
    public var start, end: Int64
    public var prompt, negativePrompt: String

    public init(start: Int64, end: Int64, prompt: String, negativePrompt: String) {
      (self.start, self.end, self.prompt, self.negativePrompt) = (start, end, prompt, negativePrompt)
    }

    /// Lines that begin with `-` say what shall not be heard, the others what shall; lines are joined with commas.
    public init(start: Int64, end: Int64, text: String) {
      var prompts: [String] = []
      var negative: [String] = []
      for line in text.split(whereSeparator: \.isNewline) {
        let line = Self.trimmed(line)
        if line.first == "-" { negative.append(Self.trimmed(line.dropFirst())) } else { prompts.append(line) }
      }
      let join = { (parts: [String]) in parts.filter { !$0.isEmpty }.joined(separator: ", ") }
      self.init(start: start, end: end, prompt: join(prompts), negativePrompt: join(negative))
    }

    private static func trimmed(_ text: Substring) -> String {
      let head = text.drop { $0.isWhitespace }
      guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
      return String(head[...last])
    }
  }

  /// Cues that may wait; what comes on top is dropped.
  public static let limit = 10_000

  public private(set) var cues: [Cue] = []
  /// Up to here all cues are known.
  public private(set) var known: Int64 = .min

  public init() {}

  /// Adds a cue, in any order; false when too many wait already.
  public mutating func add(_ cue: Cue) -> Bool {
    guard cue.end > cue.start else { return true }
    known = max(known, cue.start)
    guard cues.count < Self.limit else { return false }
    let place = cues.lastIndex { $0.start <= cue.start }.map { $0 + 1 } ?? 0
    cues.insert(cue, at: place)
    return true
  }

  /// There is no further cue that starts before `time` (.max: the text has ended).
  public mutating func advance(to time: Int64) { known = max(known, time) }

  public func isKnown(upTo time: Int64) -> Bool { known >= time }

  /// The cue in force in a window: the one that covers most of it, when it covers half of the window or of itself.
  public func cue(in window: Range<Int64>) -> Cue? {
    func overlap(_ cue: Cue) -> Int64 {
      max(0, min(cue.end, window.upperBound).subtractingSaturated(max(cue.start, window.lowerBound)))
    }
    let length = window.upperBound.subtractingSaturated(window.lowerBound)
    // Of two that cover the same, the later one: it has just begun.
    guard let best = cues.max(by: { overlap($0) < overlap($1) || (overlap($0) == overlap($1) && $0.start < $1.start) }) else {
      return nil
    }
    let covered = overlap(best)
    let own = best.end.subtractingSaturated(best.start)
    return covered > 0 && (covered >= length / 2 || covered >= own / 2) ? best : nil
  }

  /// Drops cues that end before `time`.
  public mutating func forget(before time: Int64) { cues.removeAll { $0.end <= time } }
}
