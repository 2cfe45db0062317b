import Testing

@testable import V2AEngine

@Suite struct ChanceEventsTests {
  /// One every 1.4 s, 1.1 to 1.7 s from one to the next, and others for another seed.
  @Test func momentsOfSeeds() {
    let moments = (UInt64(0)..<8).map { seed in
      let chance = ChanceEvents(seed: seed)
      return (0..<100 * 33).filter { chance.token($0)[0] > 1 }
    }
    for (seed, own) in moments.enumerated() {
      #expect((99...101).contains(own.count))
      #expect(zip(own, own.dropFirst()).allSatisfy { (26...40).contains($1 - $0) })
      for other in moments[..<seed] { #expect(Set(own).intersection(other).count < 50) }
    }
  }
}
