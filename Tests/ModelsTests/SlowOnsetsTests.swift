import Testing

@testable import V2AModels

@Suite struct SlowOnsetsTests {
  private func tokens(_ onsets: [Int: Float], rows: Int = 40) -> [Float] {
    (0..<rows).flatMap { MotionEncoder.token(onset: onsets[$0] ?? 0, offset: 0, strength: 0.8, pan: -0.5, energy: 0.4) }
  }

  private func onsets(_ tokens: [Float], above threshold: Float = 0.1) -> [Int: Float] {
    var out: [Int: Float] = [:]
    for i in 0..<tokens.count / 5 where tokens[5 * i] / 2 > threshold { out[i] = tokens[5 * i] / 2 }
    return out
  }

  private let slow = [Int](repeating: 3, count: 40)

  /// Half believed in two pictures: told once, between them, with the strength and place that both say.
  @Test func oneEventOfTwoPictures() {
    let told = SlowOnsets.gathered(tokens([10: 0.5, 13: 0.5, 28: 0.9]), periods: slow)
    let found = onsets(told)
    #expect(Set(found.keys) == [12, 28] || Set(found.keys) == [11, 28])
    let at = found.keys.min() ?? 0
    #expect(abs(Float(at) + 0.5 + told[5 * at + 1] / (told[5 * at] / 2) - 12) < 0.3)
    #expect((found[at] ?? 0) > 0.6 && abs(told[5 * at + 2] / told[5 * at] - 0.8) < 1e-4 && abs(told[5 * at + 3] / told[5 * at] + 0.5) < 1e-4)
    for i in 0..<40 { #expect(told[5 * i + 4] == 0.8) }
  }

  @Test func videoThatIsNotSlowIsLeftAlone() {
    let some = tokens([10: 0.5, 13: 0.5])
    #expect(SlowOnsets.gathered(some, periods: [Int](repeating: 1, count: 40)) == some)
  }

  /// Wherever a window ends and whatever it knows of what comes after, an event is told once.
  @Test func onceAcrossWindows() {
    let all = tokens([18: 0.5, 21: 0.5, 33: 0.8])
    let reach = SlowOnsets.lookBack, whole = onsets(SlowOnsets.gathered(all, periods: slow), above: 0.3)
    for end in 12...28 {
      for ahead in [0, 2, 4] {
        let first = SlowOnsets.gathered(Array(all[..<((end + ahead) * 5)]), periods: Array(slow[..<(end + ahead)]))[..<(end * 5)]
        let begin = end - reach
        let second = SlowOnsets.gathered(Array(all[(begin * 5)...]), periods: Array(slow[begin...]), told: Array(first[(begin * 5)...]))
        let found = onsets(Array(first) + second, above: 0.3)
        #expect(found.count == whole.count, "\(end), \(ahead): \(found) for \(whole)")
      }
    }
  }

  /// Numbers that no network should give are nothing to stumble over.
  @Test func hostileNumbers() {
    for bad in [Float.nan, .infinity, -.infinity, 1e30] {
      let told = SlowOnsets.gathered([Float](repeating: bad, count: 200), periods: slow, told: [Float](repeating: bad, count: 30))
      #expect(told.count == 170)
    }
    #expect(SlowOnsets.gathered([], periods: []) == [])
    #expect(SlowOnsets.gathered(tokens([:], rows: 3), periods: [3, 3, 3], told: tokens([:], rows: 3)) == [])
  }
}
