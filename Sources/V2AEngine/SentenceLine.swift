import V2ACheckpoint
import V2AModels
import V2ATensor

/// A line in the space of sentence embeddings, fitted to the captions of the corpus: above it lie those that speak of something.
struct SentenceLine: Sendable {
  private let weight: Tensor
  private let bias: Tensor

  init(_ weights: Weights) throws(CheckpointError) {
    weight = try weights.tensor("weight", shape: [TextEncoder.width])
    bias = try weights.tensor("bias", shape: [1])
  }

  /// Whether words speak of it; embedding [384] of a prompt, or of what is seen.
  func callAsFunction(_ embedding: [Float]) -> Bool { logOdds(embedding) > 0 }

  /// Whether it is three times as likely that they do not.
  func isRuledOut(by embedding: [Float]) -> Bool { logOdds(embedding) < -Self.sure }

  private static let sure: Float = 1.0986123  // log 3

  /// What is seen has a shorter embedding the less sure the picture is. The line was fitted to embeddings of length 1, so only the
  /// direction counts. Nothing speaks of nothing.
  private func logOdds(_ embedding: [Float]) -> Float {
    var square: Float = 0
    var sum: Float = 0
    for (i, x) in embedding.prefix(TextEncoder.width).enumerated() {
      square += x * x
      sum += weight.data[i] * x
    }
    return square > 0 ? sum / square.squareRoot() + bias.data[0] : -.infinity
  }
}
