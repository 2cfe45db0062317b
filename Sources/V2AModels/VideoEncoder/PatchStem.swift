import V2ACheckpoint
import V2ALayers
import V2ATensor

/// The first convolution of a picture, 3x3 with stride 2 and ReLU6, as a product of its patches.
struct PatchStem: Sendable {
  /// Numbers of a patch: three rows of three pixels.
  static let patch = 27

  private let filters: Linear

  init(_ weights: Weights, _ output: Int) throws(CheckpointError) {
    let stored = try weights.tensor("weight", shape: [output, 3, 3, 3])
    let turned = Tensor(shape: [output, Self.patch])
    for o in 0..<output { for c in 0..<3 { for i in 0..<9 { turned.data[o * Self.patch + i * 3 + c] = stored.data[(o * 3 + c) * 9 + i] } } }
    filters = Linear(turned, bias: try weights.tensor("bias", shape: [output]), Self.patch, output, precision: .float32)
  }

  /// image [.., padded, 3], with its padding -> some rows of x [size, size, output]; `patches` [size, size, 27] is worked in.
  func callAsFunction(
    _ image: UnsafePointer<Float>, padded: Int, size: Int, rows: Range<Int>, patches: UnsafeMutablePointer<Float>,
    into x: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      for column in 0..<size {
        let patch = patches + (row * size + column) * Self.patch
        for j in 0..<3 { (patch + 9 * j).update(from: image + ((2 * row + j) * padded + 2 * column) * 3, count: 9) }
      }
    }
    filters(patches, some: rows.lowerBound * size..<rows.upperBound * size, into: x, activation: .relu6)
  }
}
