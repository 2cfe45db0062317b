import V2ACheckpoint
import V2ALayers
import V2ATensor

/// What a level of the pyramid says of the anchors in each of its cells (Liu et al. 2016, SSD).
struct AnchorHead: Sendable {
  private let channels, anchors: Int
  private let score, place: SeparableConv2d

  /// `channels` of four pixels make a cell's.
  init(_ weights: Weights, _ channels: Int, anchors: Int) throws(CheckpointError) {
    (self.channels, self.anchors) = (channels, anchors)
    score = try SeparableConv2d(weights.at("score"), channels, anchors, stride: 2, precision: .float32)
    place = try SeparableConv2d(weights.at("place"), channels, anchors * PersonDetector.place, stride: 2, precision: .float32)
  }

  /// Appends scores [size * size * anchors] and places [size * size * anchors, 4] of a level x [size, size, 4 channels]; `spread` and `filtered`
  /// have room for as much as that and a cell's outputs.
  func callAsFunction(
    _ x: UnsafePointer<Float>, size: Int, scores: inout [Float], places: inout [Float], spread: UnsafeMutablePointer<Float>,
    filtered: UnsafeMutablePointer<Float>
  ) {
    // Each cell's channels lie side by side for four pixels: its upper left one, the one to the right, and those below.
    for row in 0..<2 * size {
      for column in 0..<2 * size {
        let from = ((row / 2) * size + column / 2) * 4 + row % 2 * 2 + column % 2
        (spread + (row * 2 * size + column) * channels).update(from: x + from * channels, count: channels)
      }
    }
    let cells = size * size, output = spread + 4 * cells * channels
    score(spread, size: 2 * size, into: output, filtered: filtered)
    scores += UnsafeBufferPointer(start: output, count: cells * anchors)
    place(spread, size: 2 * size, into: output, filtered: filtered)
    for cell in 0..<cells {
      let (row, column) = cell.quotientAndRemainder(dividingBy: size)
      let middle = [(Float(column) + 0.5) / Float(size), (Float(row) + 0.5) / Float(size)]
      for i in 0..<anchors * PersonDetector.place {
        places.append(output[cell * anchors * PersonDetector.place + i] / Float(PersonDetector.side) + middle[i % 2])
      }
    }
  }
}
