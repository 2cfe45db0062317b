import Testing

@testable import V2AEngine

/// Where the words of a prompt divide.
@Suite struct PromptSplitTests {
  @Test(arguments: [
    ("", []), (" , ;", []), ("rain", ["rain"]), ("rain and wind", ["rain", "wind"]), ("Rain AND  wind.", ["Rain", "wind"]),
    ("a dog, barking; at\nnight", ["a dog", "barking", "at", "night"]), ("sand", ["sand"]),
    ("a Black and White film and rain", ["a Black and White film", "rain"]), ("and", []), ("bread & butter with jam", ["bread", "butter with jam"]),
  ])
  func parts(prompt: String, parts: [String]) { #expect(PromptSplit.parts(prompt) == parts) }

  /// Where all words but those of one letter are sounds.
  @Test(arguments: [
    ("rain with thunder", ["rain", "thunder"]), ("rain With a", ["rain With a"]), ("with", ["with"]), ("with rain", ["with rain"]), ("rain with", ["rain with"]),
    ("rain followed by thunder then hail", ["rain", "thunder", "hail"]), ("rain followed thunder", ["rain followed thunder"]),
    ("rain as well as thunder", ["rain", "thunder"]), ("rain then then thunder", ["rain", "then thunder"]), ("then then", ["then then"]),
  ])
  func sounds(part: String, sounds: [String]) { #expect(PromptSplit.sounds(part) { $0.count > 1 } == sounds) }

  @Test func noSounds() { #expect(PromptSplit.sounds("a man with a hat") { _ in false } == ["a man with a hat"]) }

  /// Each try takes a sentence's embedding.
  @Test func fewTries() {
    var tries = 0
    let words = Array(repeating: "rain with", count: 1000).joined(separator: " ")
    #expect(
      PromptSplit.sounds(words) { _ in
        tries += 1
        return false
      } == [words])
    #expect((1...8).contains(tries))
  }
}

@Suite struct PlainWordsTests {
  @Test(arguments: [
    ("the loud sound of an engine can be heard", "an engine"), ("a hissing noise", "a hissing"), ("A sound", "A sound"), ("", ""), ("white noise", "white noise"),
    ("sounds of many insects", "many insects"), ("a dog is heard barking", "a dog barking"), ("sound", "sound"), ("rain falling", "rain falling"),
    ("noise of", "noise of"), ("a motor being heard", "a motor"),
  ])
  func plain(words: String, plain: String) { #expect(PlainWords.of(words) == plain) }
}
