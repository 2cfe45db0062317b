import CKernels
import Testing
import V2ATensor
@testable import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers from a seed: a small linear congruential generator.
struct Numbers {
  var state: UInt64
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 53)
  }
  mutating func noise() -> Float { Float(next() + next() + next() - 1.5) }
}

/// Interleaved stereo that is partly noise, partly tones that swell and fade, at speaking levels.
func sound(seconds: Double, seed: UInt64) -> [Float] {
  var numbers = Numbers(state: seed)
  var samples: [Float] = []
  var smooth: Float = 0
  for i in 0..<Int(seconds * 48_000) {
    let t = Double(i) / 48_000
    smooth += 0.3 * (numbers.noise() - smooth)
    let swell = Float(0.6 + 0.4 * sin(2 * Double.pi * 1.3 * t))
    let tone = Float(0.05 * sin(2 * Double.pi * 440 * t) + 0.03 * sin(2 * Double.pi * 1320 * t))
    samples.append(swell * (0.2 * smooth + tone))
    samples.append(swell * (0.15 * smooth + 0.05 * numbers.noise() + tone))
  }
  return samples
}

/// The same with little left above 1.4 kHz: two poles at 0.4 kHz, louder.
func dull(_ samples: [Float]) -> [Float] {
  var state = [Float](repeating: 0, count: 4)
  return samples.enumerated().map { i, x in
    let c = 2 * (i % 2)
    state[c] += 0.05 * (x - state[c])
    state[c + 1] += 0.05 * (state[c] - state[c + 1])
    return 2 * state[c + 1]
  }
}

func mark(_ samples: [Float], payload: UInt32 = WatermarkEmbedder.standardPayload, key: String = "", channels: Int = 2) -> [Float] {
  let embedder = WatermarkEmbedder(payload: payload, key: WatermarkKey(key))
  return embedder.append(samples, channels: channels) + embedder.finish(channels: channels)
}

/// The best report of a sound.
func find(_ samples: [Float], key: String = "", expected: UInt32 = WatermarkEmbedder.standardPayload, channels: Int = 2) -> WatermarkReport {
  let detector = WatermarkDetector(key: WatermarkKey(key), expected: expected)
  let reports = detector.append(samples, channels: channels) + (detector.finish().map { [$0] } ?? [])
  return reports.max { $0.score < $1.score } ?? WatermarkReport()
}

@Suite struct EmbedderTests {
  /// Any payload comes back from ten seconds, also those that the detector does not expect.
  @Test(arguments: [WatermarkEmbedder.standardPayload, 0, 1, 0xFFFF_FFFF, 0xDEAD_BEEF])
  func payloadComesBack(payload: UInt32) {
    let report = find(mark(sound(seconds: 10, seed: 1), payload: payload))
    #expect(report.isPresent && report.payload == payload)
  }

  /// The marked stream is the same bit for bit whatever the sizes of buffers, and as long as what went in.
  @Test(arguments: [false, true]) func partitionsAreEqual(isDull: Bool) {
    let samples = isDull ? dull(sound(seconds: 1.3, seed: 2)) : sound(seconds: 1.3, seed: 2)
    let whole = mark(samples)
    #expect(whole.count == samples.count)
    var numbers = Numbers(state: 3)
    for largest in [1, 7, 511, 512, 513, 1024, 5000] {
      let embedder = WatermarkEmbedder()
      var out: [Float] = []
      var done = 0, taken = 0
      while done < samples.count {
        let size = min(samples.count - done, 2 * (1 + Int(numbers.next() * Double(largest))))
        out += embedder.append(Array(samples[done..<done + size]))
        done += size
        taken += size / 2
        #expect(taken - out.count / 2 < WatermarkEmbedder.latency)
      }
      out += embedder.finish()
      #expect(out == whole, "blocks of up to \(largest)")
    }
  }

  /// The mark itself lies 16 dB or more below the sound, and there is one.
  @Test func isSmall() {
    let samples = sound(seconds: 3, seed: 4)
    let marked = mark(samples)
    var power = 0.0, difference = 0.0
    for (a, b) in zip(samples, marked) {
      power += Double(a * a)
      difference += Double((b - a) * (b - a))
    }
    let ratio = 10 * log10(difference / power)
    #expect(ratio < -18 && ratio > -40, "\(ratio) dB")
  }

  @Test func silenceStaysSilence() {
    #expect(mark([Float](repeating: 0, count: 96_000)).allSatisfy { $0 == 0 })
    // After sound too, up to what the transform's frame reaches.
    let marked = mark(sound(seconds: 0.5, seed: 5) + [Float](repeating: 0, count: 96_000))
    #expect(marked[(48_000 + 2 * 1024)...].allSatisfy { $0 == 0 })
  }

  @Test func monoIsMarkedAlike() {
    let stereo = sound(seconds: 10, seed: 6)
    let mono = stride(from: 0, to: stereo.count, by: 2).map { stereo[$0] }
    let marked = mark(mono, payload: 77, channels: 1)
    #expect(marked.count == mono.count)
    #expect(find(marked, channels: 1).payload == 77)
  }

  @Test(arguments: [0, 1, 2, 511, 512, 513, 1023, 1024, 1025]) func shortStreams(samples: Int) {
    let input = Array(sound(seconds: 0.1, seed: 7).prefix(2 * samples))
    #expect(mark(input).count == input.count)
    #expect(!find(input).isPresent)
  }

  /// What is no number is taken as silence; the stream goes on unharmed.
  @Test func hostileSamples() {
    var samples = sound(seconds: 2, seed: 8)
    for (i, x) in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude].enumerated() {
      samples[10_000 + 3 * i] = x
    }
    let marked = mark(samples)
    #expect(marked.count == samples.count && marked.allSatisfy(\.isFinite))
    #expect(zip(marked[40_000...], samples[40_000...]).allSatisfy { abs($0 - $1) < 0.3 })
    #expect(find(samples).score.isFinite)
    let wild = (0..<96_000).map { i in [Float.nan, .infinity, 3e38, -3e38][i % 4] }
    #expect(mark(wild).allSatisfy(\.isFinite) && find(wild).score.isFinite)
  }

  /// A stream can be started again on the same embedder.
  @Test func startsAgain() {
    let samples = sound(seconds: 0.7, seed: 9)
    let embedder = WatermarkEmbedder()
    let first = embedder.append(samples) + embedder.finish()
    let second = embedder.append(samples) + embedder.finish()
    #expect(first == second)
  }
}

@Suite struct DullnessTests {
  /// Energy of 10 log10 `ratio` dB more below 1.4 kHz than above.
  private func energy(_ ratio: Float) -> [Float] {
    (0..<Layout.bands).map { $0 < MaskingModel.lowBands ? ratio / Float(MaskingModel.lowBands) : 1 / Float(Layout.bands - MaskingModel.lowBands) }
  }

  /// Ordinary sound is not dull at all, 30 dB more below is; silence leaves what is known.
  @Test func followsTheSound() {
    var dullness = Dullness()
    for _ in 0..<500 { #expect(dullness(energy(10)) == 0) }
    var last: Float = 0
    for _ in 0..<500 { last = dullness(energy(1000)) }
    #expect(last == 1)
    for _ in 0..<500 { last = dullness([Float](repeating: 0, count: Layout.bands)) }
    #expect(last == 1)
    for _ in 0..<500 { last = dullness(energy(1)) }
    #expect(last == 0)
  }

  /// Low bands of dull sound may change by more than those of other sound, and never by more than the cap.
  @Test func lowBandsBearMore() {
    func most(_ slope: (Int) -> Float) -> Float {
      var model = MaskingModel()
      var numbers = Numbers(state: 50), allowed = [Float](repeating: 0, count: Layout.bands), most: Float = 0
      for _ in 0..<400 {
        model((0..<Layout.bins).map { 1e3 * slope($0) * Float(0.5 + numbers.next()) }, into: &allowed)
        most = max(most, allowed[..<MaskingModel.lowBands].max() ?? 0)
      }
      return most
    }
    #expect(most { _ in 1 } <= MaskingModel.caps.low)
    let dull = most { $0 < 30 ? 1 : 1e-4 }
    #expect(dull > MaskingModel.caps.low && dull <= MaskingModel.dullCap)
  }
}

@Suite struct DetectorTests {
  @Test func unmarkedSoundHasNone() {
    for seed in 20..<24 as Range<UInt64> { #expect(!find(sound(seconds: 10, seed: seed)).isPresent) }
    #expect(!find([Float](repeating: 0, count: 960_000)).isPresent)
    #expect(!find([Float](repeating: 0.5, count: 960_000)).isPresent)
  }

  @Test func anotherKeyFindsNothing() {
    let marked = mark(sound(seconds: 10, seed: 10), key: "a secret")
    #expect(!find(marked).isPresent)
    #expect(!find(marked, key: "another").isPresent)
    #expect(find(marked, key: "a secret").isPresent)
  }

  /// Cut anywhere, in one channel, summed to mono, quieter.
  @Test func positionChannelsAndLevel() {
    let marked = mark(sound(seconds: 12, seed: 11), payload: 4242)
    let cut = Array(marked[(2 * 31_007)...])
    #expect(find(cut).payload == 4242)
    let left = stride(from: 0, to: cut.count, by: 2).map { cut[$0] }
    #expect(find(left, channels: 1).payload == 4242)
    let sum = stride(from: 0, to: cut.count, by: 2).map { 0.5 * (cut[$0] + cut[$0 + 1]) }
    #expect(find(sum, channels: 1).payload == 4242)
    #expect(find(cut.map { 0.25 * $0 }).payload == 4242)
  }

  /// 0.7 s taken out, 0.9 s of something else put in: the payload is read across both.
  @Test func cutAndInserted() {
    let marked = mark(sound(seconds: 12, seed: 14), payload: 99)
    let other = sound(seconds: 0.9, seed: 15)
    var edited = Array(marked[..<(2 * 190_000)])
    edited += marked[(2 * 223_600)..<(2 * 400_000)]
    edited += other
    edited += marked[(2 * 400_000)...]
    let report = find(edited)
    #expect(report.isPresent && report.payload == 99)
  }

  /// Two seconds are enough, for a payload that nobody expects too.
  @Test(arguments: [WatermarkEmbedder.standardPayload, 0x1234_5678]) func twoSeconds(payload: UInt32) {
    let marked = mark(sound(seconds: 6, seed: 16), payload: payload)
    #expect(find(Array(marked[(2 * 100_000)..<(2 * 196_000)])).isPresent)
  }

  /// A mark of another payload is never taken for the expected one, though all share the synchronisation.
  @Test(arguments: [5, 6, 7] as [UInt32]) func expectedPayloadIsNotPresumed(payload: UInt32) {
    let detector = WatermarkDetector()
    let marked = mark(sound(seconds: 8, seed: 17), payload: payload)
    let reports = detector.append(marked) + (detector.finish().map { [$0] } ?? [])
    #expect(reports.allSatisfy { $0.payload == nil || $0.payload == payload } && reports.contains { $0.payload == payload })
  }

  /// Played 3 % faster, by linear interpolation.
  @Test func speed() {
    let marked = mark(sound(seconds: 11, seed: 12))
    var fast: [Float] = []
    for i in 0..<Int(10 * 48_000) {
      let at = Double(i) * 1.03, j = Int(at), part = Float(at - Double(j))
      for c in 0..<2 { fast.append(marked[2 * j + c] * (1 - part) + marked[2 * j + 2 + c] * part) }
    }
    let report = find(fast)
    #expect(report.isPresent && abs(report.tempo - 1.03) < 0.011 && abs(report.pitch - 1.03) < 0.011)
  }

  /// A mark in bursts over another sound: what stands out counts (all tiles alike leave it near 8).
  @Test func burstsInAnotherSound() {
    let bursts = sound(seconds: 10, seed: 18).enumerated().map { $0 / 2 % 48_000 < 7200 ? $1 : 0 }
    let report = find(zip(mark(bursts), sound(seconds: 10, seed: 19)).map { $0 + 0.1 * $1 })
    #expect(report.score > 9.3 && report.payload == WatermarkEmbedder.standardPayload, "\(report.score)")
  }

  /// Reports do not depend on the sizes of buffers either.
  @Test func partitionsAreEqual() {
    let marked = mark(sound(seconds: 3, seed: 13))
    let detector = WatermarkDetector()
    let whole = detector.append(marked) + (detector.finish().map { [$0] } ?? [])
    var parts: [WatermarkReport] = []
    for start in stride(from: 0, to: marked.count, by: 1234) {
      parts += detector.append(Array(marked[start..<min(marked.count, start + 1234)]))
    }
    parts += detector.finish().map { [$0] } ?? []
    #expect(parts == whole && whole.count >= 4)
  }
}

@Suite struct TileTests {
  /// A tile that is silent in part says nothing, one that sounds throughout does.
  @Test func silenceIsNoEvidence() {
    let bands = Layout.bands, frames = 60, slot = Layout.slotFrames
    let filtered = (0..<frames * bands).map { Float($0 % 7) - 3 }
    let levels = (0..<frames * bands).map { $0 / bands == 30 ? Float(-100) : 0 }
    var out = [Float](repeating: 9, count: frames * bands), work = [Float](repeating: 0, count: 2 * (frames + 1) * bands)
    let ones = [Float](repeating: 1, count: bands), silence = [Float](repeating: -60, count: bands)
    v2a_tile_soft(&out, filtered, levels, bands, frames, slot, bands, ones, silence, 0, &work)
    for f in 0..<frames {
      let isSilent = f > 30 - slot && f <= 30
      #expect(out[f * bands..<(f + 1) * bands].allSatisfy { $0 == 0 } == isSilent, "frame \(f)")
    }
  }

  /// Sound that does not change says nothing: the filter's taps sum to nothing, to their three digits.
  @Test func filterIgnoresSteadyLevels() {
    var rows: [Float] = []
    TileFilter.append([Float](repeating: 40, count: 50 * LevelAnalyzer.frameWidth), from: 10, to: &rows)
    #expect(rows.count == 40 * LevelAnalyzer.frameWidth && rows.allSatisfy { abs($0) < 1 })
  }

  /// Rows made as levels come are those made at once.
  @Test func filterStreams() {
    var numbers = Numbers(state: 40)
    let levels = (0..<60 * LevelAnalyzer.frameWidth).map { _ in 20 * numbers.noise() }
    var whole: [Float] = [], parts: [Float] = []
    TileFilter.append(levels, from: 0, to: &whole)
    for end in [20, 41, 60] {
      TileFilter.append(Array(levels[..<(end * LevelAnalyzer.frameWidth)]), from: parts.count / LevelAnalyzer.frameWidth, to: &parts)
      if end < 60 { parts.removeLast(TileFilter.waiting * LevelAnalyzer.frameWidth) }
    }
    #expect(parts == whole)
  }

  /// The path follows the pattern from one position to another, and stays where there is one only.
  @Test func pathFollowsJumps() {
    let key = WatermarkKey.standard
    let bySlot = (0..<Layout.tiles).map { key.sync[$0 % Layout.slots * Layout.bands + $0 / Layout.slots] }
    var numbers = Numbers(state: 41)
    func evidence(_ position: (Int) -> Int) -> [Float] {
      (0..<900).flatMap { f in
        let since = (f - position(f) + 4 * Layout.periodFrames) % Layout.periodFrames
        // At a tile's first frame, where the filter's output peaks.
        let height: Float = since % Layout.slotFrames == 0 ? 0.6 : 0
        return (0..<Layout.bands).map { height * key.sync[since / Layout.slotFrames * Layout.bands + $0] + numbers.noise() }
      }
    }
    let scratch = Scratch()
    let cut = evidence { $0 < 432 ? 17 : 140 }
    let path = AlignmentPath(cut, frames: 900, syncBySlot: bySlot, scratch: scratch)
    #expect(path.positions == [Int](repeating: 17, count: 9) + [Int](repeating: 140, count: 10) && path.score > 6)
    let straight = AlignmentPath(evidence { _ in 50 }, frames: 900, syncBySlot: bySlot, scratch: scratch)
    #expect(!straight.hasJumps && straight.handicap == 0)
  }
}

@Suite struct PayloadCodeTests {
  @Test func roundTripThroughNoise() {
    var numbers = Numbers(state: 30)
    for _ in 0..<40 {
      let payload = UInt32(numbers.next() * 4_294_967_295)
      let soft = PayloadCode.encode(payload).map { $0 + 1.2 * numbers.noise() }
      #expect(PayloadCode.decode(soft) == payload)
    }
  }

  /// A code word of a message whose check is wrong is decoded, and refused; so is nearly all noise.
  @Test func falsePayloadsAreRefused() {
    // The code is linear, so two words give a third; the check is not, so that one's is wrong.
    let word = zip(PayloadCode.encode(5), PayloadCode.encode(0x1234_5678)).map { -$0 * $1 }
    #expect(PayloadCode.decode(word) == nil)
    var numbers = Numbers(state: 31)
    let passed = (0..<200).filter { _ in PayloadCode.decode((0..<PayloadCode.codeBits).map { _ in numbers.noise() }) != nil }.count
    #expect(passed <= 1)
    #expect(PayloadCode.decode([]) == nil)
    #expect(PayloadCode.decode([Float](repeating: .nan, count: PayloadCode.codeBits)) == nil)
  }

  /// Among all words whose check holds the search finds those that the decoder misses, and reads none wrongly.
  @Test func searchReadsMore() {
    var numbers = Numbers(state: 32)
    let scratch = Scratch()
    var decoded = 0, searched = 0
    for _ in 0..<40 {
      let payload = UInt32(numbers.next() * 4_294_967_295)
      // 8.5 standard deviations in all.
      let soft = PayloadCode.encode(payload).map { $0 + 3.26 * numbers.noise() }
      let plain = PayloadCode.decode(soft), found = PayloadCode.search(soft, scratch: scratch)
      #expect(plain == nil || plain == payload)
      #expect(found == nil || found == payload)
      decoded += plain == payload ? 1 : 0
      searched += found == payload ? 1 : 0
    }
    #expect(searched >= 24 && searched >= decoded + 8, "\(searched) searched, \(decoded) decoded")
  }

  @Test func searchFindsNothingInNoise() {
    var numbers = Numbers(state: 33)
    let scratch = Scratch()
    for _ in 0..<40 {
      #expect(PayloadCode.search((0..<PayloadCode.codeBits).map { _ in numbers.noise() }, scratch: scratch) == nil)
    }
    #expect(PayloadCode.search([], scratch: scratch) == nil)
    #expect(PayloadCode.search([Float](repeating: 0, count: PayloadCode.codeBits), scratch: scratch) == nil)
    #expect(PayloadCode.search([Float](repeating: .nan, count: PayloadCode.codeBits), scratch: scratch) == nil)
    #expect(PayloadCode.search([Float](repeating: 1e30, count: PayloadCode.codeBits), scratch: scratch) == nil)
  }
}
