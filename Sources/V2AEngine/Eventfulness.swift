import V2ACheckpoint
import V2AModels
import V2ATensor

/// Whether words speak of events (a bark, a shot) or of something that goes on (rain, an engine): a line in the space of sentence
/// embeddings, fitted to the captions of the corpus.
struct Eventfulness: Sendable {
  private let weight: Tensor
  private let bias: Tensor

  init(_ weights: Weights) throws(CheckpointError) {
    weight = try weights.tensor("weight", shape: [TextEncoder.width])
    bias = try weights.tensor("bias", shape: [1])
  }

  /// True for events; embedding [384] times sqrt(384), of a prompt or of what is seen. Nothing speaks of no events.
  func callAsFunction(_ embedding: [Float]) -> Bool {
    let root = Float(TextEncoder.width).squareRoot()
    var square: Float = 0
    var sum = bias.data[0]
    for (i, x) in embedding.prefix(TextEncoder.width).enumerated() {
      square += x * x
      sum += weight.data[i] * x / root
    }
    return square > 0 && sum > 0
  }
}
