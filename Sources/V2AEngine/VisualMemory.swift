import V2AModels
import V2AStreaming

/// Class probabilities of the last seconds.
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

  /// A visual prompt [384] times its cosine with a prompt's words [384], where positive: training never showed one thing and spoke of another,
  /// and what is generated from that runs away. Without words as it is.
  static func agreeing(_ visual: [Float], with words: [Float]) -> [Float] {
    guard words.contains(where: { $0 != 0 }) else { return visual }
    let share = max(0, cosine(visual, words))
    return visual.map { $0 * share }
  }
}
