import V2AModels
import V2AStreaming

/// Whoever is seen in a stream of frames: whether they walk, and when their feet meet the ground.
struct PersonTrack {
  enum Presence {
    case nobody
    /// Somebody who stays about where they are.
    case stays
    case walks
  }

  /// Whoever was seen last, and where in the picture: -1 at its left edge to 1 at its right.
  private var person: Person?
  private var place: Float = 0
  private var luma: [Float] = []
  /// Per grid frame: that somebody is there, how far they have sunk since the one before, and how their legs move.
  private var motion = History(width: 3)
  /// Motion tokens with steps, and 1 where somebody walks.
  private var told = History(width: MotionEncoder.token)
  private var walking = History(width: 1)
  /// When the last step was, in latents.
  private var last = -Float.infinity
  /// Of the window that was told last.
  private(set) var presence = Presence.nobody

  /// Latents that are looked at, two and a half seconds.
  private static let span = 60
  /// From what probability on somebody is there, and may be.
  private static let sure: Float = 0.75, likely: Float = 0.5
  /// What walking takes: change at the legs in a second, and how much of the body's up and down is a gait, of which amplitude in reaches of the body.
  private static let legs: Float = 1.5, strength: Float = 0.5, amplitude: ClosedRange<Float> = 0.008...0.2
  /// By how much of a period a foot meets the ground before the body is lowest.
  private static let lead: Float = 0.12
  /// The shortest time between two steps, in periods.
  private static let apart: Float = 0.6

  /// Whether anybody has looked for people yet, and whether somebody may be there.
  var hasLooked: Bool { person != nil }
  var mayBeThere: Bool { (person?.probability ?? 0) >= Self.likely }

  /// The next frame: luma 0..1 [64, 64], and who has been found since the one before in a square around the picture of `width` and `height`.
  mutating func append(_ luma: [Float], found: Person? = nil, width: Float = 1, height: Float = 1) {
    if let found {
      person = found
      place = min(max((found.x - 0.5) / max(width, 0.01) * 2, -1), 1)
    }
    let body = person.map { BodyMotion(luma, before: self.luma, person: $0, width: width, height: height) } ?? .none
    self.luma = luma
    motion.append([person?.probability ?? 0, body.sinking, body.legs])
  }

  /// Finds out who walks up to the end of a window's chunk, from the frames that it waited for.
  mutating func update(for window: Window) {
    let first = told.end, end = window.chunk.upperBound, ahead = min(motion.end, window.framesNeeded)
    guard end > first else { return }
    let begin = max(motion.start, ahead - Self.span), rows = motion[begin..<max(begin, ahead)], count = Float(max(1, rows.count / 3))
    let columns = (0..<3).map { column in stride(from: column, to: rows.count, by: 3).map { rows[$0] } }
    var tokens = MotionEncoder.rest(rows: end - first)
    presence = columns[0].reduce(0, +) / count >= Self.sure ? .stays : .nobody
    var height: Float = 0
    let heights = columns[1].map { sinking in
      height += sinking
      return height
    }
    let rate = Float(LatentGrid.rate) / Float(LatentGrid.samplesPerLatent)
    if presence == .stays, columns[2].reduce(0, +) / count * rate >= Self.legs, let gait = Gait(heights), gait.strength >= Self.strength,
      Self.amplitude.contains(gait.amplitude)
    {
      presence = .walks
      step(gait, until: ahead - 1, from: first, into: &tokens)
    }
    told.append(tokens)
    walking.append([Float](repeating: presence == .walks ? 1 : 0, count: end - first))
  }

  /// Puts a gait's steps into tokens of latents from `first` on; `now` is the latent that the gait's times count from.
  private mutating func step(_ gait: Gait, until now: Int, from first: Int, into tokens: inout [Float]) {
    let width = MotionEncoder.token, rows = tokens.count / width
    // Of the first latent; what is too near to a step before is that step once more.
    let from = Float(first) - 0.5
    var time = Float(now) + gait.lowest - Self.lead * gait.period
    time -= ((time - from) / gait.period).rounded(.down) * gait.period
    while time < from + Float(rows) {
      if time - last >= Self.apart * gait.period {
        last = time
        let row = min(max(0, Int(time.rounded()) - first), rows - 1)
        let token = MotionEncoder.token(onset: ChanceEvents.onset, offset: min(max(time - Float(first + row), -0.5), 0.5), strength: 0.5, pan: place, energy: 0.3)
        tokens.replaceSubrange(row * width..<(row + 1) * width, with: token)
        for near in [row - 1, row + 1] where (0..<rows).contains(near) {
          tokens.replaceSubrange(near * width..<(near + 1) * width, with: MotionEncoder.rest(onset: ChanceEvents.beside))
        }
      }
      time += gait.period
    }
  }

  /// Motion tokens [range, 5] with the steps of whoever walks; `others` where nobody does.
  func steps(_ range: Range<Int>, or others: [Float]) -> [Float] {
    var rows = others
    let width = MotionEncoder.token, known = range.clamped(to: told.start..<told.end)
    for index in known where walking[index..<index + 1] == [1] {
      let row = (index - range.lowerBound) * width
      rows.replaceSubrange(row..<row + width, with: told[index..<index + 1])
    }
    return rows
  }

  /// Forgets what windows from latent `next` on do not need; of the tokens, what lies before latent `index`.
  mutating func forget(next: Int, before index: Int) {
    motion.forget(before: next - Self.span)
    told.forget(before: index)
    walking.forget(before: index)
  }
}
