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
}
