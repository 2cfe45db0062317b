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

  func callAsFunction(_ x: UnsafeMutablePointer<Float>, frames: Int, scratch: Scratch) {
    let history = (Self.kernel - 1) * width
    let padded = scratch.buffer(10, history + frames * width)
    padded.update(repeating: 0, count: history)
    (padded + history).update(from: x, count: frames * width)
    let y = scratch.buffer(11, frames * width)
    v2a_depthwise1d(y, padded, depthwise.data, bias.data, frames, width, Self.kernel)
    norm(y, rows: frames, into: y)
    let hidden = scratch.buffer(12, frames * inner)
    linear1(y, rows: frames, into: hidden, activation: .gelu)
    linear2.addGated(hidden, rows: frames, into: x, gate: nil, stride: 0, gate0: gain.data)
  }
}
