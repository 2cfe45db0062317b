import CKernels
import V2ACheckpoint
import V2ATensor

/// y = (x - mean) / sqrt(variance + eps) * weight + bias over the last axis.
public struct LayerNorm: Sendable {
  let width: Int
  let eps: Float
  let weight: Tensor
  let bias: Tensor

  public init(_ weights: Weights, _ width: Int, eps: Float) throws(CheckpointError) {
    self.width = width
    self.eps = eps
    weight = try weights.tensor("weight", shape: [width])
    bias = try weights.tensor("bias", shape: [width])
  }

  /// x [rows, width] -> y [rows, width]; y may be x.
  public func callAsFunction(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    v2a_layer_norm(y, x, weight.data, bias.data, rows, width, eps)
  }
}
