import V2AModels
import V2AStreaming
import V2ATensor

/// Class probabilities of the last seconds, and the visual prompt that they make.
struct VisualMemory {
  private var seen: [(index: Int, probabilities: [Float])] = []
  private let span: Int

  init(seconds: Double) {
    span = Int((seconds * Double(LatentGrid.rate) / Double(LatentGrid.samplesPerLatent)).rounded())
  }

  mutating func add(_ probabilities: [Float], at index: Int) { seen.append((index, probabilities)) }

  /// Mean probabilities over the last seconds before grid frame `end`, or of the latest picture before it; nil at first.
  func mean(before end: Int) -> [Float]? {
    var recent = seen.filter { $0.index < end && $0.index >= end - span }
    if recent.isEmpty, let last = seen.last(where: { $0.index < end }) ?? seen.first { recent = [last] }
    guard !recent.isEmpty else { return nil }
    var sum = [Float](repeating: 0, count: FrameEncoder.classes)
    for (_, p) in recent { for i in 0..<min(sum.count, p.count) { sum[i] += p[i] } }
    for i in sum.indices { sum[i] /= Float(recent.count) }
    return sum
  }

  /// Drops what no later window can ask for.
  mutating func forget(before end: Int) {
    while seen.count > 1, seen[1].index < end - span { seen.removeFirst() }
  }

  /// What a class must be likelier than to say anything, ten times chance: a picture of nothing known has a flat distribution,
  /// whose sum would be the sound of an average animal instead of no condition.
  static let doubt: Float = 0.01

  /// How far a picture is one that the classifier knows, 0..1: sum of max(0, p - doubt), the weight that it has as a condition.
  static func confidence(_ probabilities: [Float]) -> Float {
    min(1, probabilities.reduce(0) { $0 + max(0, $1 - doubt) })
  }

  /// Length of a class' embedding up to which it hardly sounds and speaks of a quiet room.
  private static let faint: Float = 0.16
  /// Length of the prompt below which it says nothing of a picture that moves: training shows so weak ones mostly in quiet places.
  private static let weak: Float = 0.35

  /// Sum of probabilities less `doubt`, where positive, times the classes' embeddings [384], times sqrt(384). What is seen to
  /// happen is not made quiet by things that hardly sound, or are hardly known: unless `isStill`, they say nothing.
  static func prompt(_ probabilities: [Float], table: Tensor, isStill: Bool) -> [Float] {
    let width = TextEncoder.width
    var sum = [Float](repeating: 0, count: width)
    for (c, p) in probabilities.enumerated() where p > doubt {
      let embedding = UnsafeBufferPointer(start: table.data + c * width, count: width)
      if !isStill && square(embedding) < faint * faint { continue }
      for i in 0..<width { sum[i] += (p - doubt) * embedding[i] }
    }
    if !isStill && square(sum) < weak * weak { return [Float](repeating: 0, count: width) }
    let root = Float(width).squareRoot()
    return sum.map { $0 * root }
  }

  /// A visual prompt [384] times its cosine with a prompt's words [384], where positive: training never showed one thing and spoke of another,
  /// and what is generated from that runs away. Without words as it is.
  static func agreeing(_ visual: [Float], with words: [Float]) -> [Float] {
    guard words.contains(where: { $0 != 0 }) else { return visual }
    let share = max(0, cosine(visual, words))
    return visual.map { $0 * share }
  }

  private static func square(_ x: some Sequence<Float>) -> Float { x.reduce(0) { $0 + $1 * $1 } }
}
