import CKernels
import V2ACheckpoint
import V2ATensor

/// One k x k filter per channel, ReLU6 afterwards; TensorFlow's SAME padding (the odd pixel right and below).
public struct DepthwiseConv2d: Sendable {
  let channels: Int
  let kernel: Int
  let stride: Int
  let weight: Tensor
  let bias: Tensor

  public init(_ weights: Weights, _ channels: Int, kernel: Int, stride: Int) throws(CheckpointError) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    weight = try weights.tensor("weight", shape: [channels, 1, kernel, kernel])
    bias = try weights.tensor("bias", shape: [channels])
  }

  /// x [channels, size, size] -> y [channels, out, out], out = ceil(size / stride).
  public func callAsFunction(_ x: UnsafePointer<Float>, size: Int, into y: UnsafeMutablePointer<Float>) {
    let out = (size + stride - 1) / stride
    let before = samePadding(size: size, kernel: kernel, stride: stride)
    v2a_depthwise2d(y, x, weight.data, bias.data, channels, size, size, kernel, stride, before, before, out, out, 1)
  }
}

/// Zero rows above an image under TensorFlow's SAME padding.
public func samePadding(size: Int, kernel: Int, stride: Int) -> Int {
  let out = (size + stride - 1) / stride
  return max((out - 1) * stride + kernel - size, 0) / 2
}
