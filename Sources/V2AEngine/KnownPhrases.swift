import V2ACheckpoint
import V2AModels
import V2ATensor

/// The phrases that the generator learnt sounds by (`annotations.known_phrases`): line k of known_phrases.txt and its unit sentence embedding.
/// By words of its own somebody gets the sound of another thing, or none. A model folder may do without them.
struct KnownPhrases: Sendable {
  static let file = "known_phrases.txt"
  private let phrases: [String]
  /// [phrases, 384]
  private let embeddings: Tensor

  /// Cosine from which on words are as good as a phrase.
  private static let same: Float = 0.93
  /// The same for words that are like a phrase: a street has its traffic.
  private static let like: Float = 0.55

  init(_ folder: ModelFolder) throws(EngineError) {
    guard folder.has(Self.file) else {
      (phrases, embeddings) = ([], Tensor(shape: [0, TextEncoder.width]))
      return
    }
    let lines = try folder.lines(Self.file)
    phrases = lines
    embeddings = try folder.load("known_phrases") { w throws(CheckpointError) in try w.tensor("embeddings", shape: [lines.count, TextEncoder.width]) }
  }

  /// What the generator is told instead of words for a sound: themselves if it knows them, or else for each part of them the phrase that is nearest. Parts
  /// that are like none stay if others are, and mere looks beside what is heard.
  func told(_ words: String, embed: (String) -> [Float], isHeard: (String, [Float]) -> Bool) -> String {
    guard let whole = nearest(to: embed(words)), whole.cosine < Self.same else { return words }
    let parts = PromptParts.split(words)
    guard parts.count <= PromptParts.parts else { return words }
    let embeddings = parts.map(embed), near = embeddings.map(nearest)
    let heard = zip(parts, embeddings).map(isHeard)
    let isSaid = parts.indices.contains { heard[$0] && near[$0]?.cosine ?? 0 >= Self.like }
    let told = parts.indices.map { i in
      guard let near = near[i], near.cosine < Self.same else { return parts[i] }
      let isAsked = heard[i] ? !isSaid || near.cosine >= Self.like : !heard.contains(true) && near.cosine >= Self.like
      return isAsked ? near.phrase : parts[i]
    }
    return told == parts ? words : told.joined(separator: ", ")
  }

  /// The phrase that is nearest to an embedding [384] of any length; nil for nothing.
  private func nearest(to embedding: [Float]) -> (phrase: String, cosine: Float)? {
    var best: (phrase: String, cosine: Float)?
    for (row, phrase) in phrases.enumerated() {
      let known = UnsafeBufferPointer(start: embeddings.data + row * TextEncoder.width, count: TextEncoder.width)
      let likeness = cosine(embedding, known)
      if likeness > best?.cosine ?? 0 { best = (phrase, likeness) }
    }
    return best
  }
}
