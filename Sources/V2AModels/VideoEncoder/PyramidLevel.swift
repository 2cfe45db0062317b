import V2ACheckpoint
import V2ALayers
import V2ATensor

/// Depthwise 3x3, then 1x1.
struct SeparableConv2d: Sendable {
  let stride: Int
  private let depthwise: DepthwiseConv2d
  private let pointwise: Linear

  init(_ weights: Weights, _ input: Int, _ output: Int, stride: Int = 1, precision: Precision) throws(CheckpointError) {
    self.stride = stride
    depthwise = try DepthwiseConv2d(weights.at("depthwise"), input, kernel: 3, stride: stride, padding: .even, activation: .identity)
    pointwise = try Linear(pointwise: weights.at("pointwise"), input, output, precision: precision)
  }

  /// x [size, size, input] -> y [size / stride, size / stride, output]; `filtered` has room for the input's channels of that.
  func callAsFunction(
    _ x: UnsafePointer<Float>, size: Int, into y: UnsafeMutablePointer<Float>, filtered: UnsafeMutablePointer<Float>,
    activation: Activation = .identity
  ) {
    let out = size / stride
    depthwise(x, size: size, into: filtered)
    pointwise(filtered, rows: out * out, into: y, activation: activation)
  }
}

/// A finer level of a pyramid of features (Lin et al. 2017): what lies above, twice as large, and the picture from beside, refined.
struct PyramidLevel: Sendable {
  let width: Int
  let beside: SeparableConv2d
  private let reduce: Linear
  private let refine: [SeparableConv2d]

  init(_ weights: Weights, above: Int, beside other: Int, _ width: Int, precision: Precision) throws(CheckpointError) {
    self.width = width
    reduce = try Linear(pointwise: weights.at("reduce"), above, width, precision: precision)
    beside = try SeparableConv2d(weights.at("beside"), other, width, precision: precision)
    refine = [
      try SeparableConv2d(weights.at("refine").at(0), width, width, precision: precision),
      try SeparableConv2d(weights.at("refine").at(1), width, width, precision: precision),
    ]
  }

  /// above [size, size, channels] and beside [2 size, 2 size, width] -> x [2 size, 2 size, width]; `filtered` and `products` have room for as much.
  func callAsFunction(
    _ above: UnsafePointer<Float>, size: Int, adding beside: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>,
    filtered: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    let count = 4 * size * size * width
    reduce(above, rows: size * size, into: products)
    Self.double(products, size: size, width, into: x)
    for i in 0..<count { x[i] = min(max(x[i], 0), 6) + beside[i] }
    for refine in refine {
      refine(x, size: 2 * size, into: products, filtered: filtered)
      for i in 0..<count { x[i] = min(max(x[i] + products[i], 0), 6) }
    }
  }

  /// x [size, size, width] -> y [2 size, 2 size, width], linearly between the middles of pixels.
  private static func double(_ x: UnsafePointer<Float>, size: Int, _ width: Int, into y: UnsafeMutablePointer<Float>) {
    for row in 0..<2 * size {
      let above = x + max(0, (row - 1) / 2) * size * width, below = x + min(size - 1, (row + 1) / 2) * size * width
      let down: Float = row == 0 ? 0 : row % 2 == 0 ? 0.75 : 0.25
      for column in 0..<2 * size {
        let left = max(0, (column - 1) / 2) * width, right = min(size - 1, (column + 1) / 2) * width
        let across: Float = column == 0 ? 0 : column % 2 == 0 ? 0.75 : 0.25
        let out = y + (row * 2 * size + column) * width
        for c in 0..<width {
          let upper = above[left + c] + across * (above[right + c] - above[left + c])
          let lower = below[left + c] + across * (below[right + c] - below[left + c])
          out[c] = upper + down * (lower - upper)
        }
      }
    }
  }
}
