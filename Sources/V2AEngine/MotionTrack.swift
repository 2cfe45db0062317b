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
  /// Tokens that have been told, and 1 where they were told of a still picture.
  private var told = History(width: MotionEncoder.token)
  private var still = History(width: 1)

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
    still.append([Float](repeating: moves ? 0 : 1, count: end - first))
    guard moves else {
      told.append(MotionEncoder.rest(rows: end - first))
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
  }

  /// The first latent whose token is still there.
  var start: Int { told.start }

  /// Tokens of latents [range, 5], with the moments of a seed where the picture was still, or where what happens keeps its own pace.
  func tokens(_ range: Range<Int>, of happening: Happening, seed: UInt64) -> [Float] {
    var rows = told[range]
    guard let pace = happening.pace else { return rows }
    let chance = ChanceEvents(seed: seed, pace: pace), width = MotionEncoder.token
    for (row, isStill) in still[range].enumerated() where isStill == 1 || happening.keepsPace {
      rows.replaceSubrange(row * width..<(row + 1) * width, with: chance.token(range.lowerBound + row))
    }
    return rows
  }

  /// Forgets what windows from latent `next` on do not need; of the tokens, what lies before latent `index`.
  mutating func forget(next: Int, before index: Int) {
    let seen = next - SlowOnsets.lookBack
    features.forget(before: seen - MotionEncoder.lookBack)
    periods.forget(before: seen)
    moving.forget(before: next - Self.stillness)
    told.forget(before: min(index, seen))
    still.forget(before: min(index, seen))
  }
}
