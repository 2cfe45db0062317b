import CKernels
import V2ATensor

/// Looks for the mark in a window of levels: over tempo, pitch and position, blindly.
struct TileSearch {
  /// One way in which the marked sound may have been changed: which frequency scale, and frames per original frame.
  struct Hypothesis {
    let scale: Int
    let tempo: Double
  }

  struct Match {
    var score: Float = 0
    var sync: Float = 0
    var hypothesis = Hypothesis(scale: LevelAnalyzer.plain, tempo: 1)
    /// Position of the pattern's start in frames of the original, below a period.
    var offset = 0
    var payload: UInt32?
    var signs: [Float]?
    /// Frames at the start of the window that were left out, and the score of its last two seconds.
    var skipped = 0
    var recent: Float = 0
  }

  /// Unchanged; stretched in time; faster or slower; higher or lower.
  static let hypotheses: [Hypothesis] = {
    let plain = LevelAnalyzer.plain
    var all = [Hypothesis(scale: plain, tempo: 1)]
    for percent in 1...5 {
      for sign in [-1, 1] {
        let tempo = 1 + 0.01 * Double(sign * percent)
        all.append(Hypothesis(scale: plain, tempo: tempo))
        // Played faster, it lasts shorter and sounds higher.
        let pitch = 1 / tempo
        let scale = LevelAnalyzer.scales.indices.min { abs(LevelAnalyzer.scales[$0] - pitch) < abs(LevelAnalyzer.scales[$1] - pitch) }
        all.append(Hypothesis(scale: scale ?? plain, tempo: tempo))
      }
    }
    for scale in LevelAnalyzer.scales.indices where scale != plain { all.append(Hypothesis(scale: scale, tempo: 1)) }
    return all
  }()

  /// Candidates whose payload is looked at.
  private static let candidates = 8
  private static let clip: Float = 3

  private let key: WatermarkKey
  private let expected: [Float]
  private let expectedPayload: UInt32
  private let scratch = Scratch()

  init(key: WatermarkKey, expected: UInt32) {
    self.key = key
    self.expected = key.chips(expected)
    expectedPayload = expected
  }

  /// `rows`: [frames, LevelAnalyzer.frameWidth]. The best matches of windows of the given lengths (frames) that end at the end.
  func callAsFunction(_ rows: UnsafePointer<Float>, frames: Int, lengths: [Int]) -> Match? {
    let bands = Layout.bands
    guard frames >= Layout.periodFrames / 2 else { return nil }
    let whitened = scratch.buffer(0, frames * LevelAnalyzer.frameWidth)
    for scale in LevelAnalyzer.scales.indices {
      whiten(rows + scale * bands, frames, into: whitened + scale * frames * bands)
    }
    var found: [Match] = []
    for length in lengths {
      let used = min(length, frames)
      if length != lengths.first, used == frames { continue }
      for hypothesis in Self.hypotheses {
        let from = whitened + hypothesis.scale * frames * bands + (frames - used) * bands
        search(from, used, hypothesis, into: &found, last: length == lengths.first ? 0 : frames - used)
      }
      found.sort { $0.sync > $1.sync }
      if found.count > 4 * Self.candidates { found.removeLast(found.count - 4 * Self.candidates) }
    }
    guard var best = found.first else { return nil }
    best.score = best.sync
    // Each candidate's payload: the expected one, then whatever the code says.
    for (rank, candidate) in found.prefix(Self.candidates).enumerated() {
      let from = whitened + candidate.hypothesis.scale * frames * bands + candidate.skipped * bands
      let folded = fold(from, frames - candidate.skipped, candidate.hypothesis)
      let known = correlation(folded, candidate.offset, expected)
      if known > best.score {
        best = candidate
        best.score = known
        // Weaker, it might be another payload's mark whose synchronisation is in both.
        best.payload = known >= WatermarkDetector.threshold ? expectedPayload : nil
        best.signs = expected
      }
      guard rank < 3, candidate.sync > 3.5 else { continue }
      var soft = [Float](repeating: 0, count: PayloadCode.codeBits)
      for slot in 0..<Layout.slots {
        let row = folded + (candidate.offset + slot * Layout.slotFrames) * bands
        for b in 0..<bands where key.scramble[slot * bands + b] != 0 {
          soft[key.codeBit[slot * bands + b]] += key.scramble[slot * bands + b] * row[b]
        }
      }
      guard let payload = PayloadCode.decode(soft) else { continue }
      let signs = key.chips(payload)
      // The best of 2^48 code words reaches 8 on noise.
      let read = correlation(folded, candidate.offset, signs)
      if read > 9, read - 3.5 > best.score || best.payload == nil && candidate.sync > best.score - 1 {
        let score = max(candidate.sync, read - 3.5)
        best = candidate
        best.score = score
        best.payload = payload
        best.signs = signs
      }
    }
    best.recent = recent(whitened + best.hypothesis.scale * frames * bands, frames, best)
    return best
  }

  /// Mean level over a slot, less its mean over seven slots, less the mean of that over seven bands, each band scaled to 1.
  private func whiten(_ rows: UnsafePointer<Float>, _ frames: Int, into out: UnsafeMutablePointer<Float>) {
    let bands = Layout.bands, stride = LevelAnalyzer.frameWidth
    let sums = scratch.buffer(1, (frames + 1) * bands)
    for b in 0..<bands { sums[b] = 0 }
    for f in 0..<frames {
      for b in 0..<bands { sums[(f + 1) * bands + b] = sums[f * bands + b] + rows[f * stride + b] + 70 }
    }
    let near = Layout.slotFrames / 2, far = 7 * Layout.slotFrames / 2
    let line = scratch.buffer(2, bands + 1)
    let square = scratch.buffer(3, bands)
    for b in 0..<bands { square[b] = 0 }
    for f in 0..<frames {
      let a0 = max(0, f - near), a1 = min(frames, f + near), c0 = max(0, f - far), c1 = min(frames, f + far)
      let slot = 1 / Float(a1 - a0), span = 1 / Float(c1 - c0)
      let row = out + f * bands
      for b in 0..<bands {
        row[b] = (sums[a1 * bands + b] - sums[a0 * bands + b]) * slot - (sums[c1 * bands + b] - sums[c0 * bands + b]) * span
      }
      var sum: Float = 0
      line[0] = 0
      for b in 0..<bands {
        sum += row[b]
        line[b + 1] = sum
      }
      for b in 0..<bands {
        let low = max(0, b - 3), high = min(bands, b + 4)
        row[b] = min(max(row[b] - (line[high] - line[low]) / Float(high - low), -6), 6)
        square[b] += row[b] * row[b]
      }
    }
    for b in 0..<bands { square[b] = 1 / ((square[b] / Float(frames)).squareRoot() + 0.1) }
    for f in 0..<frames {
      for b in 0..<bands { out[f * bands + b] = min(max(out[f * bands + b] * square[b], -Self.clip), Self.clip) }
    }
  }

  /// Sum of all repetitions of the pattern, two periods long: row q is frame q of the period at the hypothesis's tempo.
  private func fold(_ whitened: UnsafePointer<Float>, _ frames: Int, _ hypothesis: Hypothesis) -> UnsafeMutablePointer<Float> {
    let bands = Layout.bands, period = Layout.periodFrames
    let folded = scratch.buffer(4, 2 * period * bands)
    for i in 0..<period * bands { folded[i] = 0 }
    var q = 0, original = 0
    while true {
      let f = Int(Double(original) * hypothesis.tempo + 0.5)
      if f >= frames { break }
      v2a_axpy(folded + q * bands, whitened + f * bands, 1, bands)
      original += 1
      q = q + 1 == period ? 0 : q + 1
    }
    (folded + period * bands).update(from: folded, count: period * bands)
    return folded
  }

  private func search(
    _ whitened: UnsafePointer<Float>, _ frames: Int, _ hypothesis: Hypothesis, into found: inout [Match], last skipped: Int
  ) {
    let bands = Layout.bands, period = Layout.periodFrames
    let folded = fold(whitened, frames, hypothesis)
    let z = scratch.buffer(5, period)
    v2a_correlate_tiles(z, folded, key.sync, period, Layout.slotFrames, Layout.slots, bands)
    // Under chance the sum has the variance of the tiles that it adds up.
    var variance = [Float](repeating: 0, count: Layout.slotFrames)
    for q in 0..<period {
      var sum: Float = 0
      for b in 0..<bands { sum += folded[q * bands + b] * folded[q * bands + b] }
      variance[q % Layout.slotFrames] += sum
    }
    for phase in variance.indices { variance[phase] = 1 / (variance[phase] / 3 + 1e-6).squareRoot() }
    for o in 0..<period { z[o] *= variance[o % Layout.slotFrames] }
    // The two best positions that are no neighbours.
    for _ in 0..<2 {
      var best = 0
      for o in 1..<period where z[o] > z[best] { best = o }
      guard z[best] > 2 else { break }
      var match = Match()
      match.sync = z[best]
      match.hypothesis = hypothesis
      match.offset = best
      match.skipped = skipped
      found.append(match)
      for d in -5...5 { z[(best + d + period) % period] = 0 }
    }
  }

  /// Normalised correlation of all tiles with `signs`.
  private func correlation(_ folded: UnsafePointer<Float>, _ offset: Int, _ signs: [Float]) -> Float {
    let bands = Layout.bands
    var sum: Float = 0, square: Float = 1e-6
    for slot in 0..<Layout.slots {
      let row = folded + (offset + slot * Layout.slotFrames) * bands
      for b in 0..<bands {
        sum += signs[slot * bands + b] * row[b]
        square += row[b] * row[b]
      }
    }
    return sum / square.squareRoot()
  }

  /// The score of the last period at the match's position, over the tiles whose signs are known.
  private func recent(_ whitened: UnsafePointer<Float>, _ frames: Int, _ match: Match) -> Float {
    let bands = Layout.bands
    let signs = match.signs ?? key.sync
    var sum: Float = 0, square: Float = 1e-6
    let length = Double(frames - match.skipped) / match.hypothesis.tempo
    var slot = 0, original = Double(match.offset)
    while original < length {
      if original >= length - Double(Layout.periodFrames) {
        let f = min(frames - 1, match.skipped + Int(original * match.hypothesis.tempo + 0.5))
        let row = whitened + f * bands
        for b in 0..<bands where signs[slot * bands + b] != 0 {
          sum += signs[slot * bands + b] * row[b]
          square += row[b] * row[b]
        }
      }
      slot = (slot + 1) % Layout.slots
      original += Double(Layout.slotFrames)
    }
    return sum / square.squareRoot()
  }
}
