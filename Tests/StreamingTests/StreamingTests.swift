import Testing

@testable import V2AStreaming

@Suite struct StreamingTests {
  /// Pictures at any rate cover every grid frame once, in order; N seconds of video give N seconds of sound.
  @Test(arguments: [(24000, 1001), (30000, 1001), (5, 1), (60, 1), (24, 1), (1, 1), (1000, 1), (1, 10)])
  func everyGridFrameOnce(n: Int64, d: Int64) {
    var sampler = FrameSampler()
    var seen = 0
    let frames = max(1, 20 * n / d)
    for i in 1...frames {
      let time = Timeline.scale(i * d, 1_000_000_000, n)
      let range = sampler.advance(to: time)
      #expect(range.lowerBound == seen)
      seen = range.upperBound
      // The grid frame after the last one covered lies at or after this time.
      #expect(LatentGrid.time(ofFrame: seen) >= time)
      if seen > 0 { #expect(LatentGrid.time(ofFrame: seen - 1) < time) }
    }
    let length = Timeline.scale(frames * d, 1_000_000_000, n)
    let samples = Timeline.samples(length, rate: 48_000)
    let exact = Double(frames) * Double(d) / Double(n) * 48_000
    #expect(abs(Double(samples) - exact) <= 1)
    // The sound's latents are the grid frames, give or take the one at the end.
    #expect(abs(Double(seen) - exact / 2048) <= 1)
  }

  @Test func variableRate() {
    var random = SplitMix(state: 4), sampler = FrameSampler(), time: Int64 = 0, seen = 0
    for _ in 0..<2000 {
      time += Int64.random(in: 0...200_000_000, using: &random)
      let range = sampler.advance(to: time)
      #expect(range.lowerBound == seen)
      seen = range.upperBound
    }
    #expect(seen == Int((time - 1 + 42_666_667 / 2) / 42_666_667) || abs(seen - Int(time / 42_666_667)) <= 1)
  }

  @Test func backwardsAndHostileTimes() {
    var sampler = FrameSampler()
    _ = sampler.advance(to: 1_000_000_000)
    let next = sampler.next
    #expect(sampler.advance(to: 500_000_000).isEmpty)
    #expect(sampler.advance(to: .min).isEmpty)
    #expect(sampler.next == next)
    let far = sampler.advance(to: .max)
    #expect(far.count <= 24 * 3600 * 24)
  }

  @Test func windowsCommitEverySampleOnceInOrder() {
    for (hop, context, ahead, overlap) in [(24, 40, 4, 2), (24, 0, 4, 0), (12, 8, 4, 1), (9, 100, 2, 1), (7, 100, 1, 0), (4, 0, 1, 0), (1, 3, 1, 0)] {
      var planner = WindowPlanner(hop: hop, context: context)
      var latent = 0, committed: Int64 = 0
      for _ in 0..<50 {
        let window = planner.next
        #expect(window.chunk.lowerBound == latent && window.chunk.count == hop)
        #expect(window.overlap.upperBound == latent && window.overlap.count == (latent > 0 ? overlap : 0))
        #expect(window.context.upperBound == window.overlap.lowerBound)
        #expect(window.context.count == min(context, window.overlap.lowerBound))
        #expect(window.framesNeeded == window.chunk.upperBound + ahead)
        #expect(window.committed >= committed)
        #expect(window.committed <= Int64(window.chunk.upperBound - 2) * 2048 || window.committed == 0)
        latent = window.chunk.upperBound
        committed = window.committed
        planner.advance()
      }
      #expect(committed == Int64(50 * hop - 2) * 2048)
    }
  }

  /// What is generated again counts more the nearer it is to the new latents.
  @Test func overlapsAreBlended() {
    var planner = WindowPlanner(hop: 24, context: 40)
    planner.advance()
    #expect(planner.next.overlap == 22..<24 && planner.next.overlap.map(planner.next.share) == [0.25, 0.75])
  }

  /// Timestamps of 12 hours in odd pieces: contiguous, and exact to the nanosecond at the end.
  @Test func outputClockNeverDrifts() {
    var clock = OutputClock(base: 7_000_000_123), end: Int64 = 7_000_000_123, total: Int64 = 0
    for i in 0..<200_000 {
      let count = Int64(1 + (i * 7919) % 20_000)
      let (pts, duration, offset) = clock.advance(count)
      #expect(pts == end && offset == total)
      end = pts + duration
      total += count
    }
    #expect(end == 7_000_000_123 + Timeline.scale(total, 1_000_000_000, 48_000))
    #expect(total > 12 * 3600 * 4800)
  }

  /// 100 hours in: every clock is exact to the nanosecond, and nothing depends on where in the stream it is.
  @Test func longStreams() {
    let start: Int64 = 100 * 3600 * 48_000 / 2048 * 2048
    var clock = OutputClock(base: 0)
    _ = clock.advance(start)
    for i in 1...1000 {
      let (pts, duration, offset) = clock.advance(4800)
      #expect(offset == start + Int64(i - 1) * 4800)
      // 4800 samples are exactly 100 ms.
      #expect(duration == 100_000_000 || abs(duration - 100_000_000) <= 1)
      #expect(abs(Int128(pts) * 48_000 - Int128(offset) * 1_000_000_000) < 48_000)
    }
    // Pictures at 30000/1001 for 13 hours, then a look at single ones.
    var sampler = FrameSampler(), seen = 0
    for hour in 0...13 {
      for frame in 0..<10 {
        let picture = Int64(hour) * 3600 * 30_000 / 1001 + Int64(frame)
        let time = Timeline.scale(picture * 1001, 1_000_000_000, 30_000)
        let range = sampler.advance(to: time)
        #expect(range.lowerBound == seen && LatentGrid.time(ofFrame: range.upperBound) >= time)
        if range.upperBound > 0 { #expect(LatentGrid.time(ofFrame: range.upperBound - 1) < time) }
        seen = range.upperBound
      }
    }
    #expect(abs(seen - Int(13 * 3600 * 48_000 / 2048)) <= 8)
    var planner = WindowPlanner(hop: 24, context: 40)
    for _ in 0..<100_000 { planner.advance() }
    #expect(planner.next.committed == Int64(100_001 * 24 - 2) * 2048 && planner.next.context.count == 40)
  }

  @Test func conversions() {
    for samples in [Int64](arrayLiteral: 0, 1, 2047, 2048, 48_000, 44_100 * 86_400, 1 << 40) {
      #expect(Timeline.samples(Timeline.nanoseconds(samples, rate: 48_000), rate: 48_000) == samples)
    }
    #expect(Timeline.scale(.max, .max, 1) == .max)
    #expect(Timeline.scale(.min, .max, 1) == .min)
    #expect(Timeline.scale(-1, 1, 2) == -1)
    #expect(LatentGrid.latents(inNanoseconds: 1_024_000_000) == 24)
    #expect(LatentGrid.latents(inNanoseconds: -5) == 1)
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
