import Testing

@testable import V2AEngine

@Suite struct SpokenOfTests {
  /// An unsure picture has a short embedding in the same direction: the answer is the same. A row of the table is a class' sentence.
  @Test(arguments: [(8, true), (254, true), (407, false), (780, false)])  // a hen clucks, a pug yaps; an ambulance, a schooner
  func onlyTheDirectionCounts(klass: Int, isEvent: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    for confidence: Float in [1, 0.5, 0.1] {
      var probabilities = [Float](repeating: 0, count: 1000)
      probabilities[klass] = confidence
      #expect(model.spokenOf.events(Seen(probabilities, table: model.visualPrompts, people: model.people, isStill: true).visual) == isEvent)
    }
    #expect(!model.spokenOf.events([Float](repeating: 0, count: 384)))
  }

  /// A door that closes is heard among violins; rain with a stream stays what it is.
  @Test(arguments: [
    ("violins playing and a door closing", true), ("a hammer on metal and a trumpet playing", true), ("a dog barking", true),
    ("rain falling and a stream flowing", false), ("a choir singing and a piano playing", false), ("wind howling", false),
  ])
  func eventsAmongWhatGoesOn(prompt: String, hasEvent: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    let among = try #require(model.spokenOf.eventsAmong)
    let (_, mean) = model.textEncoder(model.tokenizer(prompt))
    #expect(among(mean) == hasEvent)
    #expect(!among([Float](repeating: 0, count: 384)))
  }

  /// Over a film only words that surely speak of no event make what happens unheard.
  @Test(arguments: [
    ("rain falling", true), ("violins playing", true), ("a car engine running", true), ("a dog barking", false),
    ("a tap dancer on a wooden floor", false), ("a tennis match", false), ("horse galloping", false),
  ])
  func surelyNoEvents(prompt: String, areRuledOut: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    let (_, mean) = model.textEncoder(model.tokenizer(prompt))
    #expect(model.spokenOf.events.isRuledOut(by: mean) == areRuledOut)
  }
}
