import V2ACheckpoint
import V2AModels
import V2ATensor

/// The phrases that the generator learnt sounds by (`annotations.known_phrases`): line k of known_phrases.txt and its unit sentence embedding. A "-" stands
/// before those by which it is often silent. By words of its own somebody gets the sound of another thing, or none. A model folder may do without them.
struct KnownPhrases: Sendable {
  static let file = "known_phrases.txt"
  private let phrases: [Phrase]

  private struct Phrase {
    let words: String
    let isSilent: Bool

    init(_ line: String) {
      isSilent = line.hasPrefix("-")
      words = isSilent ? String(line.dropFirst()) : line
    }
  }

  /// [phrases, 384]
  private let embeddings: Tensor

  /// Cosine from which on words are as good as a phrase, and from which on they are like one: a street has its traffic.
  private static let same: Float = 0.8, like: Float = 0.55

  init(_ folder: ModelFolder) throws(EngineError) {
    guard folder.has(Self.file) else {
      (phrases, embeddings) = ([], Tensor(shape: [0, TextEncoder.width]))
      return
    }
    let lines = try folder.lines(Self.file)
    phrases = lines.map(Phrase.init)
    embeddings = try folder.load("known_phrases") { w throws(CheckpointError) in try w.tensor("embeddings", shape: [lines.count, TextEncoder.width]) }
  }

  /// What the generator is told instead of words for a sound: themselves if it knows them, or else for each part of them the phrase that is nearest. Parts
  /// that are like none stay if others are, and mere looks beside what is heard.
  func told(_ words: String, embed: (String) -> [Float], isHeard: (String, [Float]) -> Bool) -> String {
    guard words.hasWords, match(embed(words))?.isKnown == false else { return words }
    let parts = PromptParts.split(words)
    guard parts.count <= PromptParts.parts else { return words }
    let embeddings = parts.map(embed), heard = zip(parts, embeddings).map(isHeard)
    let matches = embeddings.map(match), alike = matches.map { $0?.isAlike == true }
    let isAnyAlike = zip(heard, alike).contains { $0 && $1 }
    let asked = parts.indices.filter { heard[$0] ? alike[$0] || !isAnyAlike : alike[$0] && !heard.contains(true) }
    if asked.allSatisfy({ matches[$0]?.isKnown != false }) { return words }
    var told = parts
    for i in asked { told[i] = matches[i]?.phrase ?? parts[i] }
    return told.joined(separator: ", ")
  }

  /// What words with an embedding are to the phrases: one that is known to sound, like one, and the nearest that sounds; nil for nothing.
  private func match(_ embedding: [Float]) -> (isKnown: Bool, isAlike: Bool, phrase: String?)? {
    guard let near = nearest(to: embedding, where: { _ in true }) else { return nil }
    let phrase = near.phrase.isSilent ? nearest(to: embedding) { !$0.isSilent }?.phrase : near.phrase
    return (near.cosine >= Self.same && !near.phrase.isSilent, near.cosine >= Self.like, phrase?.words)
  }

  /// Of an embedding [384] of any length.
  private func nearest(to embedding: [Float], where fits: (Phrase) -> Bool) -> (phrase: Phrase, cosine: Float)? {
    var best: (phrase: Phrase, cosine: Float)?
    for (row, phrase) in phrases.enumerated() where fits(phrase) {
      let known = UnsafeBufferPointer(start: embeddings.data + row * TextEncoder.width, count: TextEncoder.width)
      let likeness = cosine(embedding, known)
      if likeness > best?.cosine ?? 0 { best = (phrase, likeness) }
    }
    return best
  }
}
