import Testing

@testable import V2AEngine

@Suite struct EventfulnessTests {
  /// An unsure picture has a short embedding in the same direction: the answer is the same. A row of the table is a class' sentence.
  @Test(arguments: [(8, true), (254, true), (407, false), (780, false)])  // a hen clucks, a pug yaps; an ambulance, a schooner
  func onlyTheDirectionCounts(klass: Int, isEvent: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    for confidence: Float in [1, 0.5, 0.1] {
      var probabilities = [Float](repeating: 0, count: 1000)
      probabilities[klass] = confidence
      #expect(model.eventfulness(VisualMemory.prompt(probabilities, table: model.visualPrompts, isStill: true)) == isEvent)
    }
    #expect(!model.eventfulness([Float](repeating: 0, count: 384)))
  }
}
