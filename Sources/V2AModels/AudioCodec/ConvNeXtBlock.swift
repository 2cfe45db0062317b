import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// x + gain * W2 gelu(W1 LN(causal depthwise conv of width 7 (x)))  (Liu et al. 2022), over frames [n, width].
struct ConvNeXtBlock: Sendable {
  static let kernel = 7
  let width, inner: Int
  let depthwise, bias, gain: Tensor
  let norm: LayerNorm
  let linear1, linear2: Linear

  init(_ weights: Weights, width: Int, inner: Int) throws(CheckpointError) {
    self.width = width
    self.inner = inner
    let stored = try weights.at("depthwise").tensor("weight", shape: [width, 1, Self.kernel])
    depthwise = Tensor(shape: [Self.kernel, width])
    for c in 0..<width { for j in 0..<Self.kernel { depthwise.data[j * width + c] = stored.data[c * Self.kernel + j] } }
    bias = try weights.at("depthwise").tensor("bias", shape: [width])
    gain = try weights.tensor("gain", shape: [width])
    norm = try LayerNorm(weights.at("norm"), width, eps: 1e-6)
    linear1 = try Linear(weights.at("linear1"), width, inner)
    linear2 = try Linear(weights.at("linear2"), inner, width)
  }

  /// Frames before one that it depends on.
  static let history = kernel - 1

  /// Some of the frames of x -> y, both after `history` frames of zeros, which frame 0 is the first behind.
  func callAsFunction(
    _ x: UnsafePointer<Float>, some frames: Range<Int>, into y: UnsafeMutablePointer<Float>, normed: UnsafeMutablePointer<Float>,
    hidden: UnsafeMutablePointer<Float>
  ) {
    let start = frames.lowerBound * width, own = Self.history * width + start
    let normed = normed + start, hidden = hidden + frames.lowerBound * inner
    v2a_depthwise1d(normed, x + start, depthwise.data, bias.data, frames.count, width, Self.kernel)
    norm(normed, rows: frames.count, into: normed)
    linear1(normed, rows: frames.count, into: hidden, activation: .gelu)
    (y + own).update(from: x + own, count: frames.count * width)
    linear2.addGated(hidden, rows: frames.count, into: y + own, gate: nil, stride: 0, gate0: gain.data)
  }
}
