import CKernels
import V2ACheckpoint
import V2ATensor

/// One k x k filter per channel.
public struct DepthwiseConv2d: Sendable {
  /// Where zeros are put around an image.
  public enum Padding: Sendable {
    /// TensorFlow's SAME: the odd pixel right and below.
    case same
    /// As many on all sides.
    case even
  }

  public let channels: Int
  let kernel: Int
  let stride: Int
  private let padding: Padding
  private let range: (least: Float, most: Float)
  private let weight: Tensor  // [kernel, kernel, channels]
  private let bias: Tensor

  /// At least 16 channels. With ReLU6 afterwards or without.
  public init(
    _ weights: Weights, _ channels: Int, kernel: Int, stride: Int, padding: Padding = .same, activation: Activation = .relu6
  ) throws(CheckpointError) {
    precondition(channels >= 16 && (activation == .relu6 || activation == .identity))
    self.padding = padding
    range = activation == .relu6 ? (0, 6) : (-.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    let stored = try weights.tensor("weight", shape: [channels, 1, kernel, kernel])
    weight = Tensor(shape: [kernel, kernel, channels])
    let area = kernel * kernel
    for c in 0..<channels { for i in 0..<area { weight.data[i * channels + c] = stored.data[c * area + i] } }
    bias = try weights.tensor("bias", shape: [channels])
  }

  /// x [size, size, channels] -> y [out, out, channels], out = ceil(size / stride): only some of its rows, or only some channels
  /// (from and to multiples of 16).
  public func callAsFunction(
    _ x: UnsafePointer<Float>, size: Int, into y: UnsafeMutablePointer<Float>, rows: Range<Int>? = nil, channels some: Range<Int>? = nil
  ) {
    let out = (size + stride - 1) / stride
    let rows = rows ?? 0..<out, some = some ?? 0..<channels
    let before = padding == .even ? kernel / 2 : samePadding(size: size, kernel: kernel, stride: stride)
    v2a_depthwise2d(
      y + rows.lowerBound * out * channels, x, weight.data, bias.data, channels, some.lowerBound, some.upperBound, size, size, kernel,
      stride, before, rows.lowerBound, rows.upperBound, out, range.least, range.most)
  }
}

/// Zero rows above an image under TensorFlow's SAME padding.
public func samePadding(size: Int, kernel: Int, stride: Int) -> Int {
  let out = (size + stride - 1) / stride
  return max((out - 1) * stride + kernel - size, 0) / 2
}
