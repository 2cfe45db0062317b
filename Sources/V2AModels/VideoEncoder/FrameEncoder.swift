import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// EfficientNet-Lite0 (Tan & Le 2019; Lite variant): what is seen in one frame. Immutable: many threads may share it.
public final class FrameEncoder: Sendable {
  public static let side = 224
  public static let features = 1280
  public static let classes = 1000

  /// Expand 1x1, depthwise k x k, project 1x1; the input is added where shapes allow.
  private struct InvertedResidual: Sendable {
    let expand: Linear?
    let depthwise: DepthwiseConv2d
    let project: Linear
    let stride: Int
    let residual: Bool

    init(
      _ weights: Weights, _ input: Int, _ output: Int, kernel: Int, stride: Int, expansion: Int, precision: Precision
    ) throws(CheckpointError) {
      let hidden = input * expansion
      self.stride = stride
      residual = stride == 1 && input == output
      expand = expansion == 1 ? nil : try Linear(pointwise: weights.at("expand"), input, hidden, precision: precision)
      depthwise = try DepthwiseConv2d(weights.at("depthwise"), hidden, kernel: kernel, stride: stride)
      project = try Linear(pointwise: weights.at("project"), hidden, output, precision: precision)
    }
  }

  /// (repeats, kernel, stride of the first, expansion, output channels)
  private static let stages = [
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
  ]

  private let stem: Linear  // of 3 x 3 pixels
  private let blocks: [InvertedResidual]
  private let head, classifier: Linear

  /// `precision`: of the 1x1 convolutions.
  public init(_ weights: Weights, precision: Precision = .float32) throws(CheckpointError) {
    let stored = try weights.at("stem").tensor("weight", shape: [32, 3, 3, 3])
    let filters = Tensor(shape: [32, 27])
    for o in 0..<32 { for c in 0..<3 { for i in 0..<9 { filters.data[o * 27 + i * 3 + c] = stored.data[(o * 3 + c) * 9 + i] } } }
    stem = Linear(filters, bias: try weights.at("stem").tensor("bias", shape: [32]), 27, 32, precision: .float32)
    var blocks: [InvertedResidual] = []
    var channels = 32
    for (repeats, kernel, stride, expansion, output) in Self.stages {
      for i in 0..<repeats {
        blocks.append(
          try InvertedResidual(
            weights.at("blocks").at(blocks.count), channels, output, kernel: kernel, stride: i == 0 ? stride : 1,
            expansion: expansion, precision: precision))
        channels = output
      }
    }
    self.blocks = blocks
    head = try Linear(pointwise: weights.at("head"), channels, Self.features, precision: precision)
    classifier = try Linear(weights.at("classifier"), Self.features, Self.classes)
  }

  /// Interleaved RGB bytes [224, 224, 3] -> pooled features [1280] and class probabilities [1000].
  public func callAsFunction(rgb: [UInt8], scratch: Scratch) -> (features: [Float], probabilities: [Float]) {
    precondition(rgb.count == 3 * Self.side * Self.side)
    let image = scratch.buffer(0, Self.padded * Self.padded * 3)
    rgb.withUnsafeBufferPointer { source in
      Self.pad(image) { row, out in
        for i in 0..<3 * Self.side { out[i] = (Float(source[row * 3 * Self.side + i]) - 127) / 128 }
      }
    }
    return encode(image, scratch: scratch)
  }

  /// Scaled planes [3, 224, 224]: (x - 127) / 128.
  public func callAsFunction(
    planes: UnsafePointer<Float>, scratch: Scratch
  ) -> (features: [Float], probabilities: [Float]) {
    let image = scratch.buffer(0, Self.padded * Self.padded * 3)
    Self.pad(image) { row, out in
      for column in 0..<Self.side {
        for c in 0..<3 { out[3 * column + c] = planes[(c * Self.side + row) * Self.side + column] }
      }
    }
    return encode(image, scratch: scratch)
  }

  /// The stem's SAME padding is a row below and a column to the right.
  private static let padded = side + 1

  private static func pad(_ image: UnsafeMutablePointer<Float>, fill: (Int, UnsafeMutablePointer<Float>) -> Void) {
    for row in 0..<side {
      let out = image + row * padded * 3
      fill(row, out)
      (out + 3 * side).update(repeating: 0, count: 3)
    }
    (image + side * padded * 3).update(repeating: 0, count: 3 * padded)
  }

  /// Padded image [225, 225, 3] -> features and probabilities. Pixels keep their channels together all the way.
  private func encode(_ image: UnsafePointer<Float>, scratch: Scratch) -> (features: [Float], probabilities: [Float]) {
    var size = Self.side / 2
    let narrow = 32 * size * size
    let widest = 96 * size * size
    var x = scratch.buffer(1, narrow)
    var y = scratch.buffer(2, narrow)
    let expanded = scratch.buffer(3, widest)
    let filtered = scratch.buffer(4, widest)
    let patches = scratch.buffer(5, size * size * 27)
    for row in 0..<size {
      for column in 0..<size {
        let patch = patches + (row * size + column) * 27
        for j in 0..<3 { (patch + 9 * j).update(from: image + ((2 * row + j) * Self.padded + 2 * column) * 3, count: 9) }
      }
    }
    stem(patches, rows: size * size, into: x, activation: .relu6)
    for block in blocks {
      var input = UnsafePointer(x)
      if let expand = block.expand {
        expand(x, rows: size * size, into: expanded, activation: .relu6)
        input = UnsafePointer(expanded)
      }
      block.depthwise(input, size: size, into: filtered)
      size = (size + block.stride - 1) / block.stride
      if block.residual {
        block.project(filtered, rows: size * size, into: x, adding: true)
      } else {
        block.project(filtered, rows: size * size, into: y)
        swap(&x, &y)
      }
    }
    let area = size * size
    head(x, rows: area, into: expanded, activation: .relu6)
    var features = [Float](repeating: 0, count: Self.features)
    for pixel in 0..<area { v2a_axpy(&features, expanded + pixel * Self.features, 1 / Float(area), Self.features) }
    var probabilities = [Float](repeating: 0, count: Self.classes)
    probabilities.withUnsafeMutableBufferPointer { output in
      guard let base = output.baseAddress else { return }
      classifier(features, rows: 1, into: base)
      v2a_softmax(base, 1, Self.classes)
    }
    return (features, probabilities)
  }
}
