import Testing

@testable import V2AEngine

@Suite struct ChanceEventsTests {
  /// One every 1.4 s, 1.1 to 1.7 s from one to the next, and others for another seed.
  @Test func momentsOfSeeds() {
    let moments = (UInt64(0)..<8).map { seed in
      let chance = ChanceEvents(seed: seed, pace: .chance)
      return (0..<100 * 33).filter { chance.token($0)[0] > 1 }
    }
    for (seed, own) in moments.enumerated() {
      #expect((99...101).contains(own.count))
      #expect(zip(own, own.dropFirst()).allSatisfy { (26...40).contains($1 - $0) })
      for other in moments[..<seed] { #expect(Set(own).intersection(other).count < 50) }
    }
  }

  /// Seeds walk and play at paces of their own, which they keep: steps are 0.38 to 0.6 s apart, notes all the same.
  @Test(arguments: [(Pace.repeated, 2), (.beat, 0)]) func pacesOfSeeds(pace: Pace, uneven: Int) {
    var periods = Set<Int>()
    for seed in UInt64(0)..<32 {
      let chance = ChanceEvents(seed: seed, pace: pace)
      let moments = (0..<1000).filter { chance.token($0)[0] > 1 }
      let gaps = zip(moments, moments.dropFirst()).map { $1 - $0 }.dropFirst()
      let (least, most) = (gaps.min() ?? 0, gaps.max() ?? 0)
      #expect(least >= pace.periods.lowerBound - uneven && most <= pace.periods.upperBound + uneven)
      #expect(most - least <= 2 * uneven)
      periods.insert((moments.last ?? 0) / max(1, moments.count - 1))
    }
    #expect(periods.count >= min(3, pace.periods.count))
  }
}
