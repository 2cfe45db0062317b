/// What of a prompt a layer is asked for.
struct PromptPart: Equatable {
  enum Kind {
    /// What happens, in the picture or by chance.
    case happens
    /// What goes on.
    case goesOn
  }

  let kind: Kind
  /// As the generator is told.
  let words: String
}

/// Takes prompts apart, and puts what they ask for in the words that the generator knows.
struct PromptParts {
  let spokenOf: SpokenOf
  let knownPhrases: KnownPhrases
  /// Embedding [384] of words.
  let embed: (String) -> [Float]

  /// Parts that a prompt is taken apart into, at most: each takes some milliseconds, once.
  static let most = 12
  /// Cosine from which on words are of the same sound as those of a negative prompt.
  private static let same: Float = 0.7
  /// Cosine from which on two parts are of one sound.
  private static let alike: Float = 0.5
  /// Cosine with other words from which on a look says what is to be heard: a beach at sunset has its waves.
  private static let scene: Float = 0.6

  private struct Part {
    let words: String
    let embedding: [Float]
    let isHeard: Bool
    let match: KnownPhrases.Match?
    /// Whether it counts for what is generated: a sound that is like a phrase, or any part where none is.
    var isAsked = false
    /// Embedding of what it is told as.
    var sound: [Float] = []
    var kind = PromptPart.Kind.goesOn

    /// As it is told where the words of its layer are not known.
    var told: String { isAsked ? match?.phrase ?? words : words }

    /// How like it is to the one of others that is most like it.
    func likeness(_ others: [Part]) -> Float { others.reduce(-1) { max($0, cosine(sound, $1.sound)) } }
  }

  /// What the layers of a prompt are asked for, `most` of them at most: sounds that are little alike, what happens and what goes on before others, each
  /// with the parts that are most like it; or all at once, as without a line for what is heard. What a negative prompt names is left out of them.
  func layers(of prompt: String, without negative: String, most: Int) -> [PromptPart] {
    let words = PromptSplit.parts(prompt)
    guard (1...Self.most).contains(words.count) else { return [whole(prompt)] }
    let all = embed(PlainWords.of(prompt))
    let parts = asked(words.flatMap { PromptSplit.sounds($0, isSound: isSound) }.map { part($0, of: all) })
    let unwanted = PromptSplit.parts(negative).prefix(Self.most).map(embed)
    let wanted = parts.filter { part in !unwanted.contains { max(cosine($0, part.embedding), cosine($0, part.sound)) > Self.same } }
    let sounds = wanted.filter { $0.isHeard && ($0.isAsked || $0.match?.isKnown != false) }
    let isTakenApart = most > 1 && parts.count > 1 && spokenOf.heard != nil
    let apart = isTakenApart ? apart(sounds, most: most) : []
    if apart.count < 2 {
      if let sound = apart.first, wanted.count < parts.count { return [PromptPart(kind: sound.kind, words: told(wanted, of: all))] }
      return [whole(told(parts, words: prompt, of: all))]
    }
    var layers = [[Part]](repeating: [], count: apart.count)
    for part in wanted {
      let same = apart.indices.filter { apart[$0].kind == part.kind }
      let nearest = (same.isEmpty ? Array(apart.indices) : same).max { part.likeness([apart[$0]]) < part.likeness([apart[$1]]) }
      if let nearest { layers[nearest].append(part) }
    }
    return zip(apart, layers).map { PromptPart(kind: $0.kind, words: told($1, of: all)) }
  }

  /// Of sounds those that get a layer: the first, and the ones least like it.
  private func apart(_ sounds: [Part], most: Int) -> [Part] {
    var apart = Array(sounds.prefix(1))
    while apart.count < most {
      let others = sounds.filter { $0.likeness(apart) < Self.alike }
      let otherKind = others.filter { other in !apart.contains { $0.kind == other.kind } }
      guard let next = (otherKind.isEmpty ? others : otherKind).min(by: { $0.likeness(apart) < $1.likeness(apart) }) else { break }
      apart.append(next)
    }
    return apart
  }

  /// All at once.
  private func whole(_ words: String) -> PromptPart {
    let all = embed(words), isOfEvents = !words.hasWords || spokenOf.happens(all) || spokenOf.eventsAmong?(all) == true
    return PromptPart(kind: isOfEvents ? .happens : .goesOn, words: words)
  }

  private func part(_ words: String, of all: [Float]) -> Part {
    let embedding = embed(words)
    return Part(words: words, embedding: embedding, isHeard: spokenOf.isHeard(words, embedding), match: match(words, embedding, of: all))
  }

  /// What words are to the phrases, as they are or in plain words.
  private func match(_ words: String, _ embedding: [Float], of all: [Float]) -> KnownPhrases.Match? {
    let said = knownPhrases.match(embedding, of: all), plain = PlainWords.of(words)
    if said?.isKnown != false || plain == words { return said }
    var match = knownPhrases.match(embed(plain), of: all)
    match?.isKnown = false
    return match
  }

  /// Parts with what depends on the others: those that are like no phrase stay as they are if others are like one, and so do looks beside what is heard.
  private func asked(_ parts: [Part]) -> [Part] {
    let isAnyHeard = parts.contains(where: \.isHeard), isAnyAlike = parts.contains { $0.isHeard && $0.match?.isAlike == true }
    return parts.map { part in
      var part = part
      part.isAsked = part.isHeard ? part.match?.isAlike == true || !isAnyAlike : !isAnyHeard && part.match?.likeness ?? 0 >= Self.scene
      part.sound = part.match?.isKnown == false ? embed(part.told) : part.embedding
      part.kind = part.isHeard && spokenOf.happens(part.sound) ? .happens : .goesOn
      return part
    }
  }

  /// What the generator is told of parts that are generated at once: their words if it knows them together or one by one, or else its own.
  private func told(_ parts: [Part], words: String? = nil, of all: [Float]) -> String {
    let words = words ?? parts.map(\.words).joined(separator: ", ")
    if parts.isEmpty || knownPhrases.match(embed(words), of: all)?.isKnown != false { return words }
    let asked = parts.filter(\.isAsked)
    if asked.allSatisfy({ $0.match?.isKnown != false }) { return words }
    var told: [String] = []
    for part in parts where !told.contains(part.told) { told.append(part.told) }
    return told.joined(separator: ", ")
  }

  /// Whether words are surely heard, and like what the generator knows.
  private func isSound(_ words: String) -> Bool {
    let embedding = embed(PlainWords.of(words))
    return spokenOf.heard?(embedding) == true && knownPhrases.match(embedding, of: embedding)?.isAlike == true
  }
}
