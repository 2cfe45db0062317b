import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// all-MiniLM-L6-v2: a prompt as token states and their mean (BERT, Devlin et al. 2018; 6 layers, 384 wide, 12 heads).
public final class TextEncoder: Sendable {
  public static let width = 384
  static let layers = 6
  static let heads = 12
  static let inner = 1536
  static let vocabulary = 30522
  static let eps: Float = 1e-12

  private struct Layer: Sendable {
    let query, key, value, attentionOutput: Linear
    let attentionNorm: LayerNorm
    let intermediate, output: Linear
    let norm: LayerNorm

    init(_ weights: Weights) throws(CheckpointError) {
      let width = TextEncoder.width
      let attention = weights.at("attention")
      query = try Linear(attention.at("query"), width, width)
      key = try Linear(attention.at("key"), width, width)
      value = try Linear(attention.at("value"), width, width)
      attentionOutput = try Linear(attention.at("output"), width, width)
      attentionNorm = try LayerNorm(attention.at("norm"), width, eps: TextEncoder.eps)
      intermediate = try Linear(weights.at("intermediate"), width, TextEncoder.inner)
      output = try Linear(weights.at("output"), TextEncoder.inner, width)
      norm = try LayerNorm(weights.at("norm"), width, eps: TextEncoder.eps)
    }
  }

  /// 30522 rows, of which a prompt needs a few.
  private let words: WeightRows
  private let positions, type: Tensor
  private let norm: LayerNorm
  private let layers: [Layer]

  public init(_ weights: Weights) throws(CheckpointError) {
    words = try weights.at("word_embeddings").rows("weight", shape: [Self.vocabulary, Self.width])
    positions = try weights.at("position_embeddings").tensor("weight", shape: [512, Self.width])
    type = try weights.tensor("type_embedding", shape: [Self.width])
    norm = try LayerNorm(weights.at("norm"), Self.width, eps: Self.eps)
    var layers: [Layer] = []
    for i in 0..<Self.layers { layers.append(try Layer(weights.at("layers").at(i))) }
    self.layers = layers
  }

  /// Token ids -> states [n, 384] and their L2-normalised mean [384]. Ids outside the vocabulary count as [UNK].
  public func callAsFunction(_ ids: [Int]) -> (states: [Float], mean: [Float]) {
    let n = min(ids.count, 512)
    let width = Self.width
    let headWidth = width / Self.heads
    let scratch = Scratch()
    let x = scratch.buffer(0, n * width)
    let q = scratch.buffer(1, n * width)
    let k = scratch.buffer(2, n * width)
    let v = scratch.buffer(3, n * width)
    let y = scratch.buffer(4, n * width)
    let scores = scratch.buffer(5, n * n)
    let inner = scratch.buffer(6, n * Self.inner)
    for (row, id) in ids.prefix(n).enumerated() {
      for i in 0..<width { x[row * width + i] = positions.data[row * width + i] + type.data[i] }
      words.add(id >= 0 && id < Self.vocabulary ? id : 100, to: x + row * width)
    }
    norm(x, rows: n, into: x)
    for layer in layers {
      layer.query(x, rows: n, into: q)
      layer.key(x, rows: n, into: k)
      layer.value(x, rows: n, into: v)
      for head in 0..<Self.heads {
        let offset = head * headWidth
        BLAS.multiplyTransposed(
          q + offset, k + offset, into: scores, m: n, n: n, k: headWidth, lda: width, ldb: width,
          alpha: 1 / Float(headWidth).squareRoot())
        v2a_softmax(scores, n, n)
        BLAS.multiply(scores, v + offset, into: y + offset, m: n, n: headWidth, k: n, ldb: width, ldc: width)
      }
      layer.attentionOutput(y, rows: n, into: x, adding: true)
      layer.attentionNorm(x, rows: n, into: x)
      layer.intermediate(x, rows: n, into: inner)
      v2a_gelu_erf(inner, n * Self.inner)
      layer.output(inner, rows: n, into: x, adding: true)
      layer.norm(x, rows: n, into: x)
    }
    var mean = [Float](repeating: 0, count: width)
    for row in 0..<n { for i in 0..<width { mean[i] += x[row * width + i] } }
    let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if length > 0 { for i in 0..<width { mean[i] /= length } }
    return (Array(UnsafeBufferPointer(start: x, count: n * width)), mean)
  }
}
