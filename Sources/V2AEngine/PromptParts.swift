/// What of a prompt a layer is asked for.
struct PromptPart: Equatable {
  enum Kind {
    /// What happens, in the picture or by chance.
    case happens
    /// What goes on.
    case goesOn
  }

  let kind: Kind
  let words: String
}

/// Takes prompts apart.
struct PromptParts {
  let spokenOf: SpokenOf
  /// Embedding [384] of words.
  let embed: (String) -> [Float]

  /// Parts that a prompt is taken apart into, at most: each takes some milliseconds, once.
  static let parts = 12
  /// Cosine from which on words are of the same sound as those of a negative prompt.
  private static let same: Float = 0.7
  /// Cosine from which on two parts are of one sound.
  private static let alike: Float = 0.5

  private struct Part {
    let words: String
    let embedding: [Float]
    let isHeard: Bool
    let kind: PromptPart.Kind

    /// How like it is to the one of others that is most like it.
    func likeness(_ others: [Part]) -> Float { others.reduce(-1) { max($0, cosine(embedding, $1.embedding)) } }
  }

  /// What the layers of a prompt are asked for, `most` of them at most: sounds that are little alike, what happens and what goes on before others, each
  /// with the parts that are most like it; or all at once, as without a line for what is heard. What a negative prompt names is left out of them.
  func layers(of prompt: String, without negative: String, most: Int) -> [PromptPart] {
    let all = embed(prompt), isOfEvents = !prompt.hasWords || spokenOf.happens(all) || spokenOf.eventsAmong?(all) == true
    let whole = [PromptPart(kind: isOfEvents ? .happens : .goesOn, words: prompt)]
    let words = Self.split(prompt)
    guard most > 1, (2...Self.parts).contains(words.count), spokenOf.heard != nil else { return whole }
    let unwanted = Self.split(negative).prefix(Self.parts).map(embed)
    let parts = words.map(part).filter { part in !unwanted.contains { cosine($0, part.embedding) > Self.same } }
    let sounds = parts.filter(\.isHeard)
    var apart = Array(sounds.prefix(1))
    while apart.count < most {
      let others = sounds.filter { $0.likeness(apart) < Self.alike }
      let otherKind = others.filter { other in !apart.contains { $0.kind == other.kind } }
      guard let next = (otherKind.isEmpty ? others : otherKind).min(by: { $0.likeness(apart) < $1.likeness(apart) }) else { break }
      apart.append(next)
    }
    if apart.count < 2 {
      let isLeft = parts.count < words.count && !sounds.isEmpty
      return isLeft ? [PromptPart(kind: sounds[0].kind, words: parts.map(\.words).joined(separator: ", "))] : whole
    }
    var layers = [[String]](repeating: [], count: apart.count)
    for part in parts {
      let same = apart.indices.filter { apart[$0].kind == part.kind }
      let nearest = (same.isEmpty ? Array(apart.indices) : same).max { part.likeness([apart[$0]]) < part.likeness([apart[$1]]) }
      if let nearest { layers[nearest].append(part.words) }
    }
    return zip(apart, layers).map { PromptPart(kind: $0.kind, words: $1.joined(separator: ", ")) }
  }

  private func part(_ words: String) -> Part {
    let embedding = embed(words), isHeard = spokenOf.isHeard(words, embedding)
    return Part(words: words, embedding: embedding, isHeard: isHeard, kind: isHeard && spokenOf.happens(embedding) ? .happens : .goesOn)
  }

  /// Words that join two parts, unless what they join is one thing.
  private static let joins: Set<String> = ["and", "while", "&", "+"]
  private static let one: Set<String> = ["black and white", "black & white", "drum and bass", "drum & bass", "rock and roll", "rock & roll"]

  /// Parts of a prompt as commas, full stops and words like "and" divide it.
  static func split(_ prompt: String) -> [String] {
    var parts: [String] = []
    for phrase in prompt.split(whereSeparator: { ",;.\n".contains($0) }) {
      let words = phrase.split(whereSeparator: \.isWhitespace)
      func joins(_ i: Int) -> Bool {
        guard Self.joins.contains(words[i].lowercased()) else { return false }
        return !one.contains(words[max(0, i - 1)...min(i + 1, words.count - 1)].joined(separator: " ").lowercased())
      }
      for part in words.indices.split(whereSeparator: joins) { parts.append(words[part].joined(separator: " ")) }
    }
    return parts
  }
}
