import CKernels
import V2ACheckpoint
import V2ATensor

/// y = x W^T + b; W [output, input] as PyTorch stores it.
public struct Linear: Sendable {
  public let input: Int
  public let output: Int
  let weight: Tensor
  let bias: Tensor

  public init(_ weights: Weights, _ input: Int, _ output: Int) throws(CheckpointError) {
    self.input = input
    self.output = output
    weight = try weights.tensor("weight", shape: [output, input])
    bias = try weights.tensor("bias", shape: [output])
  }

  /// x [rows, input] -> y [rows, output].
  public func callAsFunction(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    BLAS.multiplyTransposed(x, weight.data, into: y, m: rows, n: output, k: input)
    v2a_add_bias(y, bias.data, rows, output)
  }
}
