import Testing

@testable import V2AEngine

@Suite struct AgreementTests {
  /// What is seen counts beside words as far as it is what they speak of.
  @Test func agreement() {
    let seen: [Float] = [3, 4, 0]
    #expect(VisualMemory.agreeing(seen, with: [6, 8, 0]) == seen)
    #expect(VisualMemory.agreeing(seen, with: [2, 0, 0]).map { ($0 * 5).rounded() } == [9, 12, 0])
    #expect(VisualMemory.agreeing(seen, with: [-4, 3, 0]) == [0, 0, 0])
    #expect(VisualMemory.agreeing(seen, with: [-3, -4, 0]) == [0, 0, 0])
    // Without words, and for nothing, as it is.
    #expect(VisualMemory.agreeing(seen, with: [0, 0, 0]) == seen)
    #expect(VisualMemory.agreeing([0, 0, 0], with: seen) == [0, 0, 0])
  }
}
