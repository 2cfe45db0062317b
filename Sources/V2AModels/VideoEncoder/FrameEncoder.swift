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
    let expand: Conv2d?
    let depthwise: DepthwiseConv2d
    let project: Conv2d
    let hidden: Int
    let output: Int
    let stride: Int
    let residual: Bool

    init(_ weights: Weights, _ input: Int, _ output: Int, kernel: Int, stride: Int, expansion: Int) throws(CheckpointError) {
      hidden = input * expansion
      self.output = output
      self.stride = stride
      residual = stride == 1 && input == output
      expand = expansion == 1 ? nil : try Conv2d(weights.at("expand"), input, hidden, kernel: 1, stride: 1)
      depthwise = try DepthwiseConv2d(weights.at("depthwise"), hidden, kernel: kernel, stride: stride)
      project = try Conv2d(weights.at("project"), hidden, output, kernel: 1, stride: 1)
    }
  }

  /// (repeats, kernel, stride of the first, expansion, output channels)
  private static let stages = [
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
  ]

  private let stem: Conv2d
  private let blocks: [InvertedResidual]
  private let head: Conv2d
  private let classifier: Linear

  public init(_ weights: Weights) throws(CheckpointError) {
    stem = try Conv2d(weights.at("stem"), 3, 32, kernel: 3, stride: 2)
    var blocks: [InvertedResidual] = []
    var channels = 32
    for (repeats, kernel, stride, expansion, output) in Self.stages {
      for i in 0..<repeats {
        blocks.append(
          try InvertedResidual(
            weights.at("blocks").at(blocks.count), channels, output, kernel: kernel, stride: i == 0 ? stride : 1,
            expansion: expansion))
        channels = output
      }
    }
    self.blocks = blocks
    head = try Conv2d(weights.at("head"), channels, Self.features, kernel: 1, stride: 1)
    classifier = try Linear(weights.at("classifier"), Self.features, Self.classes)
  }

  /// Interleaved RGB bytes [224, 224, 3] -> pooled features [1280] and class probabilities [1000].
  public func callAsFunction(rgb: [UInt8], scratch: Scratch) -> (features: [Float], probabilities: [Float]) {
    let pixels = Self.side * Self.side
    precondition(rgb.count == 3 * pixels)
    let planes = scratch.buffer(0, 3 * pixels)
    rgb.withUnsafeBufferPointer { source in
      for i in 0..<pixels {
        for c in 0..<3 { planes[c * pixels + i] = (Float(source[3 * i + c]) - 127) / 128 }
      }
    }
    return callAsFunction(planes: planes, scratch: scratch)
  }

  /// Scaled planes [3, 224, 224]: (x - 127) / 128. `planes` may be the scratch's buffer 0.
  public func callAsFunction(
    planes: UnsafePointer<Float>, scratch: Scratch
  ) -> (features: [Float], probabilities: [Float]) {
    let widest = 96 * 112 * 112
    var x = scratch.buffer(1, widest)
    var y = scratch.buffer(2, widest)
    let expanded = scratch.buffer(3, widest)
    let filtered = scratch.buffer(4, widest)
    var size = 112
    stem(planes, size: 224, before: 0, into: x, scratch: scratch, slot: 5, clipped: true)
    for block in blocks {
      var input = UnsafePointer(x)
      if let expand = block.expand {
        expand(x, size: size, before: 0, into: expanded, scratch: scratch, slot: 5, clipped: true)
        input = UnsafePointer(expanded)
      }
      block.depthwise(input, size: size, into: filtered)
      size = (size + block.stride - 1) / block.stride
      block.project(filtered, size: size, before: 0, into: y, scratch: scratch, slot: 5, clipped: false)
      if block.residual { v2a_axpy(y, x, 1, block.output * size * size) }
      swap(&x, &y)

    }
    head(x, size: size, before: 0, into: expanded, scratch: scratch, slot: 5, clipped: true)
    let area = size * size
    var features = [Float](repeating: 0, count: Self.features)
    for c in 0..<Self.features {
      var sum: Float = 0
      for i in 0..<area { sum += expanded[c * area + i] }
      features[c] = sum / Float(area)
    }
    var probabilities = [Float](repeating: 0, count: Self.classes)
    probabilities.withUnsafeMutableBufferPointer { output in
      guard let base = output.baseAddress else { return }
      classifier(features, rows: 1, into: base)
      v2a_softmax(base, 1, Self.classes)
    }
    return (features, probabilities)
  }
}
