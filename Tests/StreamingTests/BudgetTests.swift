import Testing

@testable import V2AStreaming

@Suite struct BudgetTests {
  private static let ms: Int64 = 1_000_000

  private func expect(_ budget: inout ProcessingBudget, _ spent: Int64, changes: Bool, to promised: Int64) {
    let changed = budget.add(spent * Self.ms)
    #expect(changed == changes && budget.promised == promised * Self.ms)
  }

  @Test func promisesThreeEighthsOfAHopUntilMeasured() {
    var budget = ProcessingBudget(hop: 960 * Self.ms, isBounded: true)
    #expect(budget.promised == 360 * Self.ms)
    // Quick windows: the promise shrinks once eight have agreed, and only once.
    var changes: [Bool] = []
    for _ in 0..<20 { changes.append(budget.add(40 * Self.ms)) }
    #expect(changes.firstIndex(of: true) == 7 && changes.count { $0 } == 1)
    #expect(budget.promised == 80 * Self.ms)
    // One that took longer: at once.
    expect(&budget, 200, changes: true, to: 280)
    // No more than seven sixteenths of a hop.
    expect(&budget, 5000, changes: true, to: 420)
    expect(&budget, 9000, changes: false, to: 420)
  }

  @Test func unboundedGrowsWithTheNeed() {
    var budget = ProcessingBudget(hop: 960 * Self.ms, isBounded: false)
    expect(&budget, 2000, changes: true, to: 2530)
    expect(&budget, 1900, changes: false, to: 2530)
    _ = budget.add(.max)
    #expect(budget.promised == .max)
    _ = budget.add(.min)
    // The policy changes while it plays.
    let changed = budget.bound(hop: 960 * Self.ms, isBounded: true)
    #expect(changed && budget.promised == 420 * Self.ms)
  }

  /// The latency formula against a stream that is simulated: nothing that is final comes later than it says, and it is tight.
  @Test(arguments: [(24, 33_333_333), (12, 40_000_000), (4, 16_666_667), (3, 33_333_333), (30, 200_000_000)] as [(Int, Int64)])
  func latencyIsWhatAStreamShows(hop: Int, interval: Int64) {
    var sampler = FrameSampler(), planner = WindowPlanner(hop: hop, context: 8), frames = 0, committed: Int64 = 0, worst: Int64 = 0
    for picture in 1..<4000 {
      // The picture before becomes grid frames when this one arrives.
      let now = Int64(picture) * interval
      frames = sampler.advance(to: now).upperBound
      while frames >= planner.next.framesNeeded {
        worst = max(worst, now - Timeline.nanoseconds(committed, rate: 48_000))
        committed = planner.next.committed
        planner.advance()
      }
    }
    let said = WindowPlanner.latency(hop: hop, interval: interval)
    #expect(worst <= said && worst > said - interval, "\(worst) of \(said)")
  }
}
