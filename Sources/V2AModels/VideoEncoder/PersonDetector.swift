import V2ACheckpoint
import V2ALayers
import V2ATensor

/// Somebody in a picture.
public struct Person: Sendable, Equatable {
  /// That there is somebody, 0...1.
  public let probability: Float
  /// The middle of the hips, to the right and down, 0...1 of a square around the picture; it may lie outside.
  public let x, y: Float
  /// How far the body reaches from there.
  public let reach: Float

  public init(probability: Float, x: Float, y: Float, reach: Float) {
    (self.probability, self.x, self.y, self.reach) = (probability, x, y, reach)
  }
}

/// Whether somebody is in a picture, and where: BlazePose's detector (Bazarevsky et al. 2020), MobileNetV2's blocks, a pyramid of three levels
/// and a head with anchors on each.
public final class PersonDetector: Sendable {
  public static let side = 224
  /// Numbers of an anchor's place: the hips' middle, and a point as far from it as the body reaches.
  static let place = 4

  /// (output, kernel, stride, expansion) of each block.
  private static let shapes = [
    (16, 3, 1, 1), (24, 3, 2, 4), (24, 3, 1, 6), (40, 5, 2, 6), (40, 5, 1, 6), (80, 3, 2, 6), (80, 3, 1, 6), (80, 3, 1, 6), (112, 5, 1, 6),
    (112, 5, 1, 6), (112, 5, 1, 6), (192, 5, 2, 6), (192, 5, 1, 6), (192, 5, 1, 6), (192, 5, 1, 6),
  ]
  private static let stemWidth = 24, top = 1152
  /// The blocks after which a level takes the picture from beside, and its width, the coarser first.
  private static let levels = [(block: 10, width: 192), (block: 4, width: 96)]
  /// Anchors of a cell, on the coarsest level first.
  private static let anchors = [6, 2, 2]

  private let stem: PatchStem
  private let expand: Linear
  private let blocks: [InvertedResidual]
  private let depthwise: DepthwiseConv2d
  private let levels: [PyramidLevel]
  private let heads: [AnchorHead]

  public init(_ weights: Weights, precision: Precision = .float32) throws(CheckpointError) {
    stem = try PatchStem(weights.at("stem"), Self.stemWidth)
    var blocks: [InvertedResidual] = []
    var channels = Self.stemWidth
    for (i, (output, kernel, stride, expansion)) in Self.shapes.enumerated() {
      blocks.append(
        try InvertedResidual(
          weights.at("blocks").at(i), channels, output, kernel: kernel, stride: stride, expansion: expansion, padding: .even, precision: precision))
      channels = output
    }
    self.blocks = blocks
    expand = try Linear(pointwise: weights.at("top").at("expand"), channels, Self.top, precision: precision)
    depthwise = try DepthwiseConv2d(weights.at("top").at("depthwise"), Self.top, kernel: 3, stride: 1)
    var levels: [PyramidLevel] = [], heads: [AnchorHead] = []
    var above = Self.top
    for (i, anchors) in Self.anchors.enumerated() {
      if i > 0 {
        let (block, width) = Self.levels[i - 1]
        levels.append(try PyramidLevel(weights.at("levels").at(i - 1), above: above, beside: Self.shapes[block].0, width, precision: precision))
        above = width
      }
      heads.append(try AnchorHead(weights.at("heads").at(i), above / 4, anchors: anchors))
    }
    (self.levels, self.heads) = (levels, heads)
  }

  /// Interleaved RGB bytes [224, 224, 3] of a whole picture, before black where it is not square -> whoever is likeliest to be there.
  public func callAsFunction(rgb: [UInt8], scratch: Scratch) -> Person {
    let (scores, places) = anchors(rgb: rgb, scratch: scratch)
    guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return Person(probability: 0, x: 0, y: 0, reach: 0) }
    let place = places[best * Self.place..<(best + 1) * Self.place].map { $0.isFinite ? $0 : 0 }
    let (dx, dy) = (place[2] - place[0], place[3] - place[1])
    return Person(probability: sigmoid(scores[best]), x: place[0], y: place[1], reach: (dx * dx + dy * dy).squareRoot())
  }

  /// Scores [2254] before the sigmoid and places [2254, 4] of all anchors, the coarsest first.
  func anchors(rgb: [UInt8], scratch: Scratch) -> (scores: [Float], places: [Float]) {
    precondition(rgb.count == 3 * Self.side * Self.side)
    var size = Self.side / 2
    var x = scratch.buffer(1, Self.stemWidth * size * size), y = scratch.buffer(2, Self.stemWidth * size * size)
    let expanded = scratch.buffer(3, 64 * size * size), filtered = scratch.buffer(4, 36 * size * size)
    embed(rgb, into: x, scratch: scratch)
    var beside: [UnsafeMutablePointer<Float>] = []
    for (i, block) in blocks.enumerated() {
      block.expand?(x, rows: size * size, into: expanded, activation: .relu6)
      block.depthwise(block.expand == nil ? x : expanded, size: size, into: filtered)
      size /= block.stride
      block.project(filtered, rows: size * size, into: block.residual ? x : y, adding: block.residual)
      if !block.residual { swap(&x, &y) }
      guard let level = Self.levels.firstIndex(where: { $0.block == i }) else { continue }
      let branch = scratch.buffer(6 + level, Self.levels[level].width * size * size)
      levels[level].beside(x, size: size, into: branch, filtered: filtered, activation: .relu6)
      beside.insert(branch, at: 0)
    }
    expand(x, rows: size * size, into: expanded, activation: .relu6)
    depthwise(expanded, size: size, into: y)
    var scores: [Float] = [], places: [Float] = []
    for (i, head) in heads.enumerated() {
      if i > 0 {
        levels[i - 1](y, size: size, adding: beside[i - 1], into: x, filtered: filtered, products: expanded)
        swap(&x, &y)
        size *= 2
      }
      head(y, size: size, scores: &scores, places: &places, spread: expanded, filtered: filtered)
    }
    return (scores, places)
  }

  /// The picture scaled to -1...1, with a pixel of zeros on all sides, to the stem's output [112, 112, 24].
  private func embed(_ rgb: [UInt8], into x: UnsafeMutablePointer<Float>, scratch: Scratch) {
    let side = Self.side, padded = side + 2, out = side / 2
    let image = scratch.buffer(0, padded * padded * 3), patches = scratch.buffer(5, PatchStem.patch * out * out)
    image.update(repeating: 0, count: padded * padded * 3)
    for row in 0..<side {
      let line = image + ((row + 1) * padded + 1) * 3
      for i in 0..<3 * side { line[i] = Float(rgb[row * 3 * side + i]) / 127.5 - 1 }
    }
    stem(image, padded: padded, size: out, rows: 0..<out, patches: patches, into: x)
  }
}
