import CKernels
import V2ACheckpoint
import V2ATensor

/// y = x W^T + b; W [output, input] as PyTorch stores it, reordered once.
public struct Linear: Sendable {
  public let input: Int
  public let output: Int
  private let weight: PackedMatrix
  private let bias: Tensor

  public init(_ weights: Weights, _ input: Int, _ output: Int, precision: Precision = .float32) throws(CheckpointError) {
    let stored = try weights.tensor("weight", shape: [output, input])
    self.init(stored, bias: try weights.tensor("bias", shape: [output]), input, output, precision: precision)
  }

  /// A 1 x 1 convolution: the same for each pixel.
  public init(pointwise weights: Weights, _ input: Int, _ output: Int, precision: Precision = .float32) throws(CheckpointError) {
    let stored = try weights.tensor("weight", shape: [output, input, 1, 1])
    self.init(stored, bias: try weights.tensor("bias", shape: [output]), input, output, precision: precision)
  }

  /// `weight` holds [output, input].
  public init(_ weight: Tensor, bias: Tensor, _ input: Int, _ output: Int, precision: Precision) {
    precondition(weight.count == input * output && bias.count == output)
    self.input = input
    self.output = output
    self.weight = PackedMatrix(weight.data, outputs: output, inputs: input, precision: precision)
    self.bias = bias
  }

  /// x [rows, input] -> y [rows, output], or added to y.
  public func callAsFunction(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, activation: Activation = .identity,
    adding: Bool = false
  ) {
    weight.multiply(x, rows: rows, into: y, epilogue: V2AEpilogue(bias: bias.data, activation, adding: adding))
  }

  /// The same for some of the rows.
  public func callAsFunction(
    _ x: UnsafePointer<Float>, some rows: Range<Int>, into y: UnsafeMutablePointer<Float>, activation: Activation = .identity,
    adding: Bool = false
  ) {
    self(
      x + rows.lowerBound * input, rows: rows.count, into: y + rows.lowerBound * output, activation: activation, adding: adding)
  }

  /// The same for some of the outputs, from a multiple of `PackedMatrix.panel` on.
  public func callAsFunction(
    _ x: UnsafePointer<Float>, rows: Int, outputs: Range<Int>, into y: UnsafeMutablePointer<Float>,
    activation: Activation = .identity, adding: Bool = false
  ) {
    weight.multiply(
      x, rows: rows, outputs: outputs, into: y, epilogue: V2AEpilogue(bias: bias.data, activation, adding: adding))
  }

  /// y [rows, output] += (gate + gate0) (x W^T + b); `gate` (nil: none) has `stride` floats between rows.
  public func addGated(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, gate: UnsafePointer<Float>?, stride: Int,
    gate0: UnsafePointer<Float>
  ) {
    weight.multiply(x, rows: rows, into: y, epilogue: V2AEpilogue(bias: bias.data, gate: gate, stride: stride, gate0: gate0))
  }
}
