import V2ACheckpoint
import V2AModels
import V2ATensor

/// The phrases that the generator learnt sounds by, and what else their sounds are called (`annotations.known_phrases`). A line of known_phrases.txt is a
/// phrase, or other words, "=" and the phrase that is told instead; row k of the embeddings is that of the words of line k. By words of its own somebody
/// gets the sound of another thing, or none. A model folder may do without them.
struct KnownPhrases: Sendable {
  static let file = "known_phrases.txt"
  private let lines: [Line]

  private struct Line {
    /// What the generator is told.
    let phrase: String
    /// Whether those are the line's words.
    let isPhrase: Bool

    init(_ line: String) {
      let sides = line.split(separator: "=", maxSplits: 1)
      phrase = String(sides.last ?? "")
      isPhrase = sides.count == 1
    }
  }

  /// [lines, 384], of length 1.
  private let embeddings: Tensor

  /// What words are to the phrases.
  struct Match {
    /// Whether the generator knows them as they are.
    var isKnown: Bool
    /// What to tell it instead.
    let phrase: String
    /// Cosine with the words of that line.
    let likeness: Float

    /// Whether the phrase is for a sound like theirs.
    var isAlike: Bool { likeness >= 0.55 }
  }

  /// Cosine from which on words are as good as a phrase.
  private static let same: Float = 0.8
  /// How much the whole prompt counts beside a part of it: tires squeal, and so do pigs.
  private static let context: Float = 0.5

  init(_ folder: ModelFolder) throws(EngineError) {
    guard folder.has(Self.file) else {
      (lines, embeddings) = ([], Tensor(shape: [0, TextEncoder.width]))
      return
    }
    let lines = try folder.lines(Self.file).map(Line.init)
    self.lines = lines
    embeddings = try folder.load("known_phrases") { w throws(CheckpointError) in try w.tensor("embeddings", shape: [lines.count, TextEncoder.width]) }
  }

  /// What a part of a prompt is to the phrases; embeddings [384] of any length. Nil where there are no phrases.
  func match(_ part: [Float], of whole: [Float]) -> Match? {
    let own = likeness(part), all = likeness(whole)
    let best = lines.indices.max { own[$0] + Self.context * all[$0] < own[$1] + Self.context * all[$1] }
    guard let best, let nearest = lines.indices.max(by: { own[$0] < own[$1] }) else { return nil }
    return Match(isKnown: lines[nearest].isPhrase && own[nearest] >= Self.same, phrase: lines[best].phrase, likeness: own[best])
  }

  /// Cosines of an embedding [384] with the words of each line; 0 of one that says nothing.
  private func likeness(_ embedding: [Float]) -> [Float] {
    var cosines = [Float](repeating: 0, count: lines.count)
    let length = embedding.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard embedding.count == TextEncoder.width, length > 0, !lines.isEmpty else { return cosines }
    BLAS.multiplyTransposed(embedding, embeddings.data, into: &cosines, m: 1, n: lines.count, k: TextEncoder.width, alpha: 1 / length)
    return cosines
  }
}
