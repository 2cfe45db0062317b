import CKernels
import V2ACheckpoint
import V2ATensor

/// Dense two-dimensional convolution of one image [input, h, w] by im2col and a matrix product.
public struct Conv2d: Sendable {
  let input: Int
  let output: Int
  let kernel: Int
  let stride: Int
  let weight: Tensor
  let bias: Tensor

  public init(_ weights: Weights, _ input: Int, _ output: Int, kernel: Int, stride: Int) throws(CheckpointError) {
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    weight = try weights.tensor("weight", shape: [output, input, kernel, kernel])
    bias = try weights.tensor("bias", shape: [output])
  }

  /// x [input, size, size] -> y [output, out, out], out = ceil(size / stride); `before` zero rows and columns are put above
  /// and to the left. Bias is added.
  public func callAsFunction(
    _ x: UnsafePointer<Float>, size: Int, before: Int, into y: UnsafeMutablePointer<Float>, scratch: Scratch, slot: Int
  ) {
    let out = (size + stride - 1) / stride
    let columns = scratch.buffer(slot, input * kernel * kernel * out * out)
    v2a_im2col(columns, x, input, size, size, kernel, stride, before, before, out, out)
    BLAS.multiply(weight.data, columns, into: y, m: output, n: out * out, k: input * kernel * kernel)
    v2a_bias_planes(y, bias.data, output, out * out)
  }
}
