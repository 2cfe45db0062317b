import V2ACheckpoint

/// What words speak of, as `annotations.eventful` of the training code tells it. Model folders of before have fewer lines.
struct SpokenOf: Sendable {
  /// Events (a bark, a shot), not what goes on (rain, an engine); of a sound by itself.
  let events: SentenceLine
  /// An event among all that they speak of (wind, and glass that breaks).
  let eventsAmong: SentenceLine?
  /// Somebody's steps; work with a hammer or an axe.
  let steps, blows: SentenceLine?
  /// Strings that are plucked, whose notes die away.
  let plucked: SentenceLine?
  /// A sound at all, not only the look of a film (`annotations.heard`).
  let heard: SentenceLine?

  /// Whether something happens in what words [384] of a sound by itself speak of.
  func happens(_ words: [Float]) -> Bool { events(words) || isRepeated(words) }

  /// Whether it happens over and over, step by step or blow by blow.
  func isRepeated(_ words: [Float]) -> Bool { steps?(words) == true || blows?(words) == true }

  /// Words that say so themselves: by "city" alone a line takes "city ambience" for the look of a film.
  private static let sounds: Set<String> = ["ambience", "ambiance", "ambient", "soundscape", "sound", "sounds", "noise", "noises", "music", "song"]

  /// Whether words, of which the embedding [384] is given, may be heard: they are not surely only of the look of a film.
  func isHeard(_ words: String, _ embedding: [Float]) -> Bool {
    guard let heard, heard.isRuledOut(by: embedding) else { return true }
    return words.split { !$0.isLetter }.contains { Self.sounds.contains($0.lowercased()) }
  }

  init(_ weights: Weights) throws(CheckpointError) {
    func line(_ name: String) throws(CheckpointError) -> SentenceLine? {
      let own = weights.at(name)
      return own.contains("weight") ? try SentenceLine(own) : nil
    }
    events = try SentenceLine(weights)
    (eventsAmong, steps, blows, plucked) = (try line("among"), try line("steps"), try line("blows"), try line("plucked"))
    heard = try line("heard")
  }
}
