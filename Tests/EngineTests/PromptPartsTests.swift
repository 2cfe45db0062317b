import Testing

@testable import V2AEngine

/// What of a prompt is generated apart.
@Suite struct PromptPartsTests {
  static func layers(_ prompt: String, without negative: String = "", most: Int = 2) throws -> [PromptPart] {
    let model = try VideoToAudioModel.load(folder: nil)
    let parts = PromptParts(spokenOf: model.spokenOf, knownPhrases: model.knownPhrases) { model.textEncoder(model.tokenizer($0)).mean }
    return parts.layers(of: prompt, without: negative, most: most)
  }

  /// What happens is taken from what goes on, and words for the look of a film stay with sounds.
  @Test(arguments: [
    ("rain falling and footsteps on gravel", "rain falling", "footsteps on gravel"),
    ("a fire crackling and a dog barking", "a fire crackling", "a dog barking"),
    ("cars skidding, car engine throttling, angelic electronic music", "cars skidding", "an engine throttling, an angelic pad"),
    ("Cute baby dinosaur chirps, jungle ambience, egg cracking", "jungle birds", "Cute baby dinosaur chirps, a crack"),
    ("realistic, high quality, rain and footsteps", "realistic, high quality, soft rain", "footsteps"),
    ("a drum beat and a piano playing", "a drum beat", "a piano playing"),
    ("an explosion and hitting metal", "an explosion", "hitting metal"),
  ])
  func apart(prompt: String, first: String, second: String) throws {
    #expect(try Self.layers(prompt).map(\.words) == [first, second])
  }

  /// One sound in many words stays one, and so do words for a picture.
  @Test(arguments: [
    "", "   ", "A woman walks over a market place at dusk. She wears a long coat, a scarf and black boots.", "rain falling", "rain, heavy rain", "birds chirping and birds singing", "a dog barking, realistic, 4k", "an old black and white film, a train passing",
    "a violin and a cello", "Wolf howling at the moon", "salt and pepper", String(repeating: "rain and a dog barking, ", count: 500),
  ])
  func together(prompt: String) throws { #expect(try Self.layers(prompt).map(\.words) == [prompt]) }

  /// What is not wanted has no layer.
  @Test func ruledOut() throws {
    #expect(try Self.layers("rain falling and footsteps on gravel", without: "footsteps on gravel").count == 1)
    #expect(try Self.layers("rain falling and footsteps on gravel", without: "music, speech").count == 2)
    #expect(try Self.layers("rain falling, wind howling and footsteps on gravel", without: "rain falling").map(\.words) == ["wind howling", "footsteps on gravel"])
    #expect(try Self.layers("rain falling and footsteps on gravel", without: "rain").map(\.words) == ["footsteps on gravel"])
    #expect(try Self.layers("rain falling and footsteps on gravel", without: "rain falling, footsteps on gravel").count == 1)
  }

  @Test func number() throws {
    let prompt = "a dog barking, rain falling, violins playing and a car engine running"
    #expect(try (1...4).map { try Self.layers(prompt, most: $0).count } == [1, 2, 3, 4])
    #expect(try Self.layers(prompt, most: 4).map(\.words).sorted() == ["a car engine running", "a dog barking", "rain falling", "violins playing"])
  }
}
