import CKernels
import V2ACheckpoint
import V2ATensor

/// One-dimensional convolution over rows [n, input]: y[i] = b + sum_j W_j x[i + j - before]; rows outside are zero.
public struct Conv1d: Sendable {
  let input: Int
  public let output: Int
  let kernel: Int
  let before: Int
  private let weight: PackedMatrix  // [output, kernel * input]
  private let bias: Tensor

  public init(
    _ weights: Weights, _ input: Int, _ output: Int, kernel: Int, before: Int, precision: Precision = .float32
  ) throws(CheckpointError) {
    self.input = input
    self.output = output
    self.kernel = kernel
    self.before = before
    let stored = try weights.tensor("weight", shape: [output, input, kernel])
    let joint = Tensor(shape: [output, kernel * input])
    for o in 0..<output {
      for i in 0..<input {
        for j in 0..<kernel { joint.data[(o * kernel + j) * input + i] = stored.data[(o * input + i) * kernel + j] }
      }
    }
    weight = PackedMatrix(joint.data, outputs: output, inputs: kernel * input, precision: precision)
    bias = try weights.tensor("bias", shape: [output])
  }

  /// x [rows, input] -> y [rows, output].
  public func callAsFunction(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, scratch: Scratch, slot: Int,
    activation: Activation = .identity
  ) {
    self(padded: padded(x, rows: rows, scratch: scratch, slot: slot), some: 0..<rows, into: y, activation: activation)
  }

  /// x with the zeros around it [rows + kernel - 1, input].
  public func padded(_ x: UnsafePointer<Float>, rows: Int, scratch: Scratch, slot: Int) -> UnsafePointer<Float> {
    let padded = scratch.buffer(slot, (rows + kernel - 1) * input)
    padded.update(repeating: 0, count: before * input)
    (padded + before * input).update(from: x, count: rows * input)
    let after = kernel - 1 - before
    (padded + (before + rows) * input).update(repeating: 0, count: after * input)
    return UnsafePointer(padded)
  }

  /// Some of the rows of y.
  public func callAsFunction(
    padded: UnsafePointer<Float>, some rows: Range<Int>, into y: UnsafeMutablePointer<Float>, activation: Activation = .identity
  ) {
    // A row and those after it are one row of the product's left side: they lie one behind the other.
    weight.multiply(
      padded + rows.lowerBound * input, rows: rows.count, ldx: input, into: y + rows.lowerBound * output,
      epilogue: V2AEpilogue(bias: bias.data, activation))
  }
}
