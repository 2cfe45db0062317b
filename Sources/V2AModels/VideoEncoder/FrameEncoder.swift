import V2ACheckpoint
import V2ALayers
import V2ATensor

/// EfficientNet-Lite0 (Tan & Le 2019; Lite variant): what is seen in one frame. Immutable: many threads may share it.
public final class FrameEncoder: Sendable {
  public static let side = 224
  public static let features = 1280
  public static let classes = 1000

  /// (repeats, kernel, stride of the first, expansion, output channels)
  private static let stages = [
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
  ]

  let stem: PatchStem
  let blocks: [InvertedResidual]
  let head, classifier: Linear

  /// `precision`: of the 1x1 convolutions.
  public init(_ weights: Weights, precision: Precision = .float32) throws(CheckpointError) {
    stem = try PatchStem(weights.at("stem"), 32)
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

  /// Interleaved RGB bytes [224, 224, 3] -> pooled features [1280] and class probabilities [1000]. A helper takes half of the work;
  /// the result is the same bit for bit.
  public func callAsFunction(
    rgb: [UInt8], scratch: Scratch, helper: Helper? = nil
  ) -> (features: [Float], probabilities: [Float]) {
    precondition(rgb.count == 3 * Self.side * Self.side)
    return rgb.withUnsafeBufferPointer { encode(.bytes($0), scratch: scratch, helper: helper) }
  }

  /// Scaled planes [3, 224, 224]: (x - 127) / 128.
  public func callAsFunction(
    planes: UnsafePointer<Float>, scratch: Scratch, helper: Helper? = nil
  ) -> (features: [Float], probabilities: [Float]) {
    encode(.planes(planes), scratch: scratch, helper: helper)
  }

  private func encode(
    _ picture: Picture, scratch: Scratch, helper: Helper?
  ) -> (features: [Float], probabilities: [Float]) {
    let (features, probabilities) = FramePass(self, picture, scratch: scratch, helper: helper)()
    return (
      Array(UnsafeBufferPointer(start: features, count: Self.features)),
      Array(UnsafeBufferPointer(start: probabilities, count: Self.classes))
    )
  }
}
