import Testing

@testable import V2AEngine

@Suite struct VisualPromptTests {
  /// Over a picture that moves, what hardly sounds (a banana) and what is hardly known (a pug at 0.2) say nothing; over a still one they do.
  @Test(arguments: [(954, Float(0.9), false), (254, 0.2, false), (254, 0.9, true)])
  func whatIsSeenToHappenIsNotMadeQuiet(klass: Int, probability: Float, speaks: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    var probabilities = [Float](repeating: 0, count: 1000)
    probabilities[klass] = probability
    let still = VisualMemory.prompt(probabilities, table: model.visualPrompts, isStill: true)
    let moving = VisualMemory.prompt(probabilities, table: model.visualPrompts, isStill: false)
    #expect(still.contains { $0 != 0 })
    #expect(moving == (speaks ? still : [Float](repeating: 0, count: 384)))
  }

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
