import V2AModels
import V2AStreaming
import V2ATensor

/// Frames of a stream to its motion tokens, in windows.
struct MotionTrack {
  private let encoder: MotionEncoder
  private var memory = MotionMemory()
  /// Per grid frame: features for the temporal part of the encoder, for how many latents a picture stays, 1 where something moves.
  private var features = History(width: MotionEncoder.width)
  private var periods = History(width: 1)
  private var moving = History(width: 1)
  /// Tokens that have been told.
  private var told = History(width: MotionEncoder.token)

  /// 1 where they were told of a still picture, or after nothing had been seen to happen for long.
  private var uneventful = History(width: 1)
  /// 1 where their onset is certain.
  private var certain = History(width: 1)
  /// Latents of the last onset that may be one, and of the last that is.
  private var lastLikely = -MotionTrack.patience, lastCertain = -MotionTrack.patience

  /// Onset from which something may be happening.
  private static let likely: Float = 0.45
  /// Onset from which it is, and in slow video, where all are larger: nine in ten blows lie above, most of what a face does, or a flower in the wind,
  /// below.
  private static let sure: Float = 0.6, sureOfSlow: Float = 1
  /// Latents to both sides of an onset that belong to it.
  private static let reach = 3
  /// Latents without an onset, three seconds, after which what is known to happen does not wait for the picture any more.
  private static let patience = 70
  /// Latents that must stand still for a picture to count as still: a second, in which even slow film shows several frames.
  private static let stillness = 24

  init(encoder: MotionEncoder) { self.encoder = encoder }

  /// The next frame: luma 0..1 [64, 64].
  mutating func append(_ luma: [Float], scratch: Scratch) {
    features.append(encoder.frame(luma, memory: &memory, scratch: scratch))
    periods.append([Float(memory.period)])
    moving.append([memory.moves ? 1 : 0])
  }

  /// False for a still picture, perhaps with one cut, up to latent `end`.
  func moves(before end: Int) -> Bool {
    moving[max(moving.start, end - Self.stillness)..<end].reduce(0, +) > 1
  }

  /// Computes tokens up to the end of a window's chunk from the frames that it waited for.
  mutating func update(for window: Window, scratch: Scratch) {
    let first = told.end, end = window.chunk.upperBound
    guard end > first else { return }
    let moves = moves(before: end)
    guard moves else {
      told.append(MotionEncoder.rest(rows: end - first))
      uneventful.append([Float](repeating: 1, count: end - first))
      certain.append([Float](repeating: 0, count: end - first))
      return
    }
    let ahead = min(features.end, window.framesNeeded), near = max(periods.start, told.start, first - SlowOnsets.lookBack)
    let isSlow = periods[near..<ahead].contains { $0 > 1 }
    // What was told of the latents before is weighed against what they look like now.
    let begin = isSlow ? near : first
    let from = max(features.start, begin - MotionEncoder.lookBack)
    var rows = [Float](repeating: 0, count: (ahead - from) * MotionEncoder.token)
    encoder.tokens(features[from..<ahead], rows: ahead - from, into: &rows, scratch: scratch)
    rows.removeFirst((begin - from) * MotionEncoder.token)
    if isSlow {
      rows = SlowOnsets.gathered(rows, periods: periods[begin..<ahead].map { Int($0) }, told: told[begin..<first])
    }
    told.append(Array(rows[..<((end - first) * MotionEncoder.token)]))
    for index in first..<end {
      let onset = rows[(index - first) * MotionEncoder.token]
      if onset >= Self.likely { lastLikely = index }
      let isCertain = onset >= (isSlow ? Self.sureOfSlow : Self.sure)
      if isCertain { lastCertain = index }
      certain.append([isCertain ? 1 : 0])
    }
    uneventful.append([Float](repeating: first - lastLikely >= Self.patience ? 1 : 0, count: end - first))
  }

  /// Whether something has surely happened in the last three seconds before latent `end`.
  func happens(before end: Int) -> Bool { end - lastCertain < Self.patience }

  /// The first latent whose token is still there.
  var start: Int { told.start }

  /// Tokens of latents [range, 5], with the moments of a seed where the picture was still, where it has long shown nothing that happens, or where what
  /// happens keeps its own pace. Where nothing is known of it, what is not certain to happen does not.
  func tokens(_ range: Range<Int>, of happening: Happening, seed: UInt64) -> [Float] {
    var rows = told[range]
    let width = MotionEncoder.token
    if !happening.isKnown { dropUncertain(&rows, range) }
    guard let pace = happening.pace else { return rows }
    let chance = ChanceEvents(seed: seed, pace: pace)
    for (row, isQuiet) in uneventful[range].enumerated() where isQuiet == 1 || happening.keepsPace {
      rows.replaceSubrange(row * width..<(row + 1) * width, with: chance.token(range.lowerBound + row))
    }
    return rows
  }

  /// Whether something surely happens in tokens [rows, 5].
  static func happens(_ rows: [Float]) -> Bool { stride(from: 0, to: rows.count, by: MotionEncoder.token).contains { rows[$0] >= sure } }

  /// Lets tokens [range, 5] that no certain onset is near to be at rest.
  private func dropUncertain(_ rows: inout [Float], _ range: Range<Int>) {
    let width = MotionEncoder.token
    for (row, index) in range.enumerated() {
      let near = max(certain.start, index - Self.reach)..<min(certain.end, index + Self.reach + 1)
      if certain[near].contains(1) { continue }
      rows.replaceSubrange(row * width..<(row + 1) * width, with: MotionEncoder.rest())
    }
  }

  /// Forgets what windows from latent `next` on do not need; of the tokens, what lies before latent `index`.
  mutating func forget(next: Int, before index: Int) {
    let seen = next - SlowOnsets.lookBack
    features.forget(before: seen - MotionEncoder.lookBack)
    periods.forget(before: seen)
    moving.forget(before: next - Self.stillness)
    told.forget(before: min(index, seen))
    uneventful.forget(before: min(index, seen))
    certain.forget(before: min(index, seen))
  }
}
