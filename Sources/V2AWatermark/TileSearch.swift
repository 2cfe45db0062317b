import CKernels
import V2ATensor

/// Looks for the mark in a window of levels: over tempo, pitch and position, blindly.
struct TileSearch {
  /// One way in which the marked sound may have been changed: which frequency scale, and frames per original frame.
  struct Hypothesis {
    let scale: Int
    let tempo: Double

    static let unchanged = Hypothesis(scale: LevelAnalyzer.plain, tempo: 1)

    /// What a match must have more in standard deviations: changed speeds and pitches are rare, and many to try.
    var handicap: Float { scale == LevelAnalyzer.plain && tempo == 1 ? 0 : 0.8 }
  }

  struct Match {
    var score: Float = 0
    var sync: Float = 0
    var hypothesis = Hypothesis.unchanged
    /// Whether it is what stands out from the rest that bears the mark.
    var standsOut = false
    /// Position of the pattern's start in frames of the original, below a period; of each block where the sound was cut.
    var offset = 0
    var path: AlignmentPath?
    var payload: UInt32?
    var signs: [Float]?
    /// Frames at the start of the window that were left out, and the score of its last two seconds.
    var skipped = 0
    var recent: Float = 0

    /// What a comparison with known signs must have more.
    var handicap: Float { path?.handicap ?? hypothesis.handicap }
  }

  /// Unchanged; stretched in time; faster or slower; higher or lower.
  static let hypotheses: [Hypothesis] = {
    let plain = LevelAnalyzer.plain
    var all = [Hypothesis.unchanged]
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

  /// Candidates that are compared with the expected payload, and those of which the payload is read.
  private static let candidates = 8
  private static let read = 3
  /// A payload's tiles alone must reach this, so that the synchronisation that all payloads share does not speak for one.
  private static let ownEvidence: Float = 4

  /// Synchronisation from which a payload that the plain decoder does not read is searched for.
  private static let searched: Float = 4.5

  /// Weight of each band's evidence: the largest change of level in dB that the mark makes there; for low bands between those in ordinary
  /// and in dull sound.
  private static let weights = MaskingModel.cap.enumerated().map { $0 < MaskingModel.lowBands ? 0.8 : $1 }
  /// Level in dB of each band below which it is silent: twice what `LevelAnalyzer` adds.
  private static let silence: [Float] = LevelAnalyzer.floor.map { decibels(2 * $0) }
  /// How much less evidence counts where the level is the stretch's lowest, and frames after which the lowest is that of added noise:
  /// in a shorter stretch it may be the sound's own.
  private static let depth: Float = 0.9
  private static let settled: Float = 480

  private let key: WatermarkKey
  private let syncBySlot: [Float]
  private let expected: [Float]
  private let expectedPayload: UInt32
  private let network: TileNetwork
  private let scratch = Scratch()

  init(key: WatermarkKey, expected: UInt32, network: TileNetwork) {
    self.key = key
    self.network = network
    self.expected = key.chips(expected)
    syncBySlot = (0..<Layout.tiles).map { key.sync[$0 % Layout.slots * Layout.bands + $0 / Layout.slots] }
    expectedPayload = expected
  }

  /// `filtered`, `levels`: [frames, LevelAnalyzer.frameWidth]; `signs`: [frames, TileNetwork.rowWidth]. The best match of windows of the
  /// given lengths (frames) that end at the end.
  func callAsFunction(
    _ filtered: UnsafePointer<Float>, signs: UnsafePointer<Float>, levels: UnsafePointer<Float>, frames: Int, lengths: [Int]
  ) -> Match? {
    let bands = Layout.bands
    guard frames >= Layout.periodFrames / 2 else { return nil }
    // Of each scale, then of what stands out.
    let evidence = scratch.buffer(0, frames * (LevelAnalyzer.scales.count + 1) * bands)
    let work = scratch.buffer(1, 2 * (frames + 1) * bands)
    let settled = min(1, Float(frames) / Self.settled)
    for scale in LevelAnalyzer.scales.indices where scale != LevelAnalyzer.plain {
      v2a_tile_soft(
        evidence + scale * frames * bands, filtered + scale * bands, levels + scale * bands, LevelAnalyzer.frameWidth, frames,
        Layout.slotFrames, bands, Self.weights, Self.silence, Self.depth * settled, work)
    }
    network.evidence(
      signs, levels: levels, frames: frames, silence: Self.silence, settled: settled, into: evidence + LevelAnalyzer.plain * frames * bands)
    v2a_tile_foreground(
      evidence + LevelAnalyzer.scales.count * frames * bands, evidence + LevelAnalyzer.plain * frames * bands,
      levels + LevelAnalyzer.plain * bands, LevelAnalyzer.frameWidth, frames, work)
    func window(_ match: Match) -> UnsafePointer<Float> {
      UnsafePointer(evidence + ((match.standsOut ? LevelAnalyzer.scales.count : match.hypothesis.scale) * frames + match.skipped) * bands)
    }
    var found: [Match] = [], whole: [Match] = []
    for length in lengths {
      let used = min(length, frames)
      if length != lengths.first, used == frames { continue }
      // The shorter windows are for sound as it is: what is changed besides is found when it lasts.
      for hypothesis in length == lengths.first ? Self.hypotheses : [.unchanged] {
        var match = Match()
        match.hypothesis = hypothesis
        match.skipped = frames - used
        search(window(match), used, match, into: &found, whole: &whole)
      }
      if length == lengths.first {
        var match = Match()
        match.skipped = frames - used
        match.standsOut = true
        search(window(match), used, match, into: &found, whole: &whole)
      }
      found.sort { $0.sync > $1.sync }
      if found.count > 4 * Self.candidates { found.removeLast(found.count - 4 * Self.candidates) }
    }
    let path = AlignmentPath(window(Match()), frames: frames, syncBySlot: syncBySlot, scratch: scratch)
    if path.hasJumps {
      var match = Match()
      match.sync = path.score
      match.path = path
      match.offset = path.positions.last ?? 0
      found.insert(match, at: found.firstIndex { $0.sync < match.sync } ?? found.count)
    }
    /// The tiles of a match, each repetition as far as it is to be trusted: for the payload alone, the score does without.
    func trusted(_ match: Match) -> UnsafePointer<Float> {
      let used = frames - match.skipped, width = LevelAnalyzer.frameWidth
      let trust = TileTrust(
        places(used, match), levels: levels + match.skipped * width + match.hypothesis.scale * bands, stride: width, frames: used)
      let tiles = scratch.buffer(10, Layout.tiles)
      for i in 0..<Layout.tiles { tiles[i] = 0 }
      trust.fold(window(match), sync: key.sync, into: tiles)
      return UnsafePointer(tiles)
    }
    guard var best = found.first else { return nil }
    best.score = best.sync
    func compareWithExpected(_ candidate: Match, _ tiles: UnsafePointer<Float>) {
      let known = correlation(tiles, expected, over: nil) - candidate.handicap
      guard known > best.score else { return }
      best = candidate
      best.score = known
      best.signs = expected
      best.payload = correlation(trusted(candidate), expected, over: key.scramble) > Self.ownEvidence ? expectedPayload : nil
    }
    for var candidate in whole where candidate.score > best.score {
      let tiles = tiles(window(candidate), frames - candidate.skipped, candidate)
      candidate.sync = correlation(tiles, key.sync, over: key.sync)
      compareWithExpected(candidate, tiles)
    }
    // Each candidate's payload: the expected one, then whatever the code says.
    for (rank, candidate) in found.prefix(Self.candidates).enumerated() {
      let tiles = tiles(window(candidate), frames - candidate.skipped, candidate)
      compareWithExpected(candidate, tiles)
      guard rank < Self.read, candidate.sync > 3.5, let payload = PayloadCode.decode(soft(tiles)) else { continue }
      let signs = key.chips(payload)
      // The best of 2^48 code words reaches 8 on noise.
      let read = correlation(tiles, signs, over: nil)
      let score = max(candidate.sync, read > 9 ? read - 3.5 - candidate.handicap : 0)
      if score > best.score || best.payload == nil && candidate.sync > best.score - 1 {
        best = candidate
        best.score = max(score, best.score)
        best.payload = payload
        best.signs = signs
      }
    }
    if best.payload == nil, best.sync > Self.searched {
      // All tiles first, as far as they are to be trusted, then those that stand out.
      var all = best
      all.standsOut = false
      let payload = PayloadCode.search(soft(trusted(all)), scratch: scratch)
      if let payload = payload ?? (best.standsOut ? PayloadCode.search(soft(trusted(best)), scratch: scratch) : nil) {
        best.payload = payload
        best.signs = key.chips(payload)
      }
    }
    best.recent = recent(window(best) - best.skipped * bands, frames, best)
    return best
  }

  /// Sum of all repetitions of the pattern, two periods long: row q is frame q of the period at the hypothesis's tempo.
  private func fold(_ evidence: UnsafePointer<Float>, _ frames: Int, _ hypothesis: Hypothesis) -> UnsafeMutablePointer<Float> {
    let bands = Layout.bands, period = Layout.periodFrames
    let folded = scratch.buffer(4, 2 * period * bands)
    for i in 0..<period * bands { folded[i] = 0 }
    var q = 0, original = 0
    while true {
      let f = Int(Double(original) * hypothesis.tempo + 0.5)
      if f >= frames { break }
      v2a_axpy(folded + q * bands, evidence + f * bands, 1, bands)
      original += 1
      q = q + 1 == period ? 0 : q + 1
    }
    (folded + period * bands).update(from: folded, count: period * bands)
    return folded
  }

  /// Adds the best positions by synchronisation to `found` and, for sound as it is, the best by the expected payload's tiles too to `whole`:
  /// in a short piece the synchronisation alone may not lead to it.
  private func search(
    _ evidence: UnsafePointer<Float>, _ frames: Int, _ plan: Match, into found: inout [Match], whole: inout [Match]
  ) {
    let bands = Layout.bands, period = Layout.periodFrames
    let folded = fold(evidence, frames, plan.hypothesis)
    let z = scratch.buffer(5, period)
    v2a_correlate_tiles(z, folded, key.sync, period, Layout.slotFrames, Layout.slots, bands)
    // Under chance the sum has the variance of the tiles that it adds up.
    var variance = [Float](repeating: 0, count: Layout.slotFrames)
    for q in 0..<period {
      var sum: Float = 0
      for b in 0..<bands { sum += folded[q * bands + b] * folded[q * bands + b] }
      variance[q % Layout.slotFrames] += sum
    }
    for phase in variance.indices { variance[phase] = 1 / (variance[phase] * WatermarkKey.syncShare + 1e-6).squareRoot() }
    for o in 0..<period { z[o] *= variance[o % Layout.slotFrames] }
    // The two best positions that are no neighbours.
    for _ in 0..<2 {
      var best = 0
      for o in 1..<period where z[o] > z[best] { best = o }
      guard z[best] > 2 else { break }
      var match = plan
      match.sync = z[best] - plan.hypothesis.handicap
      match.offset = best
      found.append(match)
      for d in -5...5 { z[(best + d + period) % period] = 0 }
    }
    guard plan.hypothesis.scale == LevelAnalyzer.plain, plan.hypothesis.tempo == 1 else { return }
    v2a_correlate_tiles(z, folded, expected, period, Layout.slotFrames, Layout.slots, bands)
    var match = plan
    for o in 0..<period {
      let score = z[o] * variance[o % Layout.slotFrames] * WatermarkKey.syncShare.squareRoot()
      if score > match.score {
        match.score = score
        match.offset = o
      }
    }
    whole.append(match)
  }

  /// Where in a window of `frames` the pattern's tiles lie.
  private func places(_ frames: Int, _ match: Match) -> [TileTrust.Place] {
    let period = Layout.periodFrames, slot = Layout.slotFrames
    var places: [TileTrust.Place] = []
    func add(_ frame: Int, _ since: Int) {
      if since % slot == 0 { places.append(TileTrust.Place(frame: frame, slot: since / slot)) }
    }
    if let path = match.path {
      for (block, position) in path.positions.enumerated() {
        for f in block * AlignmentPath.block..<min(frames, (block + 1) * AlignmentPath.block) { add(f, (f - position + period) % period) }
      }
    } else {
      for original in 0... {
        let f = Int(Double(original) * match.hypothesis.tempo + 0.5)
        if f >= frames { break }
        add(f, (original - match.offset + period) % period)
      }
    }
    return places
  }

  /// Evidence for each tile, [slots, bands], summed over all repetitions.
  private func tiles(_ evidence: UnsafePointer<Float>, _ frames: Int, _ match: Match) -> UnsafePointer<Float> {
    let bands = Layout.bands, slot = Layout.slotFrames
    let tiles = scratch.buffer(7, Layout.tiles)
    if match.path != nil {
      for i in 0..<Layout.tiles { tiles[i] = 0 }
      for place in places(frames, match) { v2a_axpy(tiles + place.slot * bands, evidence + place.frame * bands, 1, bands) }
    } else {
      let folded = fold(evidence, frames, match.hypothesis)
      for s in 0..<Layout.slots {
        (tiles + s * bands).update(from: folded + (match.offset + s * slot) * bands, count: bands)
      }
    }
    return UnsafePointer(tiles)
  }

  /// Normalised correlation of the tiles with `signs`: all, or where `mask` is not 0.
  private func correlation(_ tiles: UnsafePointer<Float>, _ signs: [Float], over mask: [Float]?) -> Float {
    var sum: Float = 0, square: Float = 1e-6
    for i in 0..<Layout.tiles where mask.map({ $0[i] != 0 }) ?? true {
      sum += signs[i] * tiles[i]
      square += tiles[i] * tiles[i]
    }
    return sum / square.squareRoot()
  }

  /// Evidence for each code bit.
  private func soft(_ tiles: UnsafePointer<Float>) -> [Float] {
    var soft = [Float](repeating: 0, count: PayloadCode.codeBits)
    for i in 0..<Layout.tiles where key.scramble[i] != 0 { soft[key.codeBit[i]] += key.scramble[i] * tiles[i] }
    return soft
  }

  /// The score of the last period at the match's position, over the tiles whose signs are known.
  private func recent(_ evidence: UnsafePointer<Float>, _ frames: Int, _ match: Match) -> Float {
    let bands = Layout.bands
    let signs = match.signs ?? key.sync
    var sum: Float = 0, square: Float = 1e-6
    let length = Double(frames - match.skipped) / match.hypothesis.tempo
    var slot = 0, original = Double(match.offset)
    while original < length {
      if original >= length - Double(Layout.periodFrames) {
        let f = min(frames - 1, match.skipped + Int(original * match.hypothesis.tempo + 0.5))
        let row = evidence + f * bands
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
