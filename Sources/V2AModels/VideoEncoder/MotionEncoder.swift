import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// When and where something happens: luma frames on the latent grid -> one token of 64 numbers per latent.
///
/// Two stages, so that a stream costs each frame once: `frame` (per frame, from it and two on each side) and `tokens`
/// (temporal convolutions over frame features).
public final class MotionEncoder: Sendable {
  public static let side = 64
  public static let width = 128
  public static let token = 64
  /// Frames on each side of a frame that its features see.
  public static let near = 2
  /// Frames after a latent whose features its token depends on.
  public static let lookAhead = 2
  /// Frames before a latent whose features its token depends on.
  public static let lookBack = 10
  private static let channels = [5, 24, 32, 48, 64]
  private static let learned = 48
  private static let heads = 5
  private static let temporalShape = [(2, 1), (2, 1), (3, 0), (3, 0)]

  private let convolutions: [Conv2d]
  private let project: Linear
  private let temporal: [Conv1d]
  private let features: Linear
  private let readout: Linear

  public init(_ weights: Weights) throws(CheckpointError) {
    var convolutions: [Conv2d] = []
    for i in 0..<4 {
      convolutions.append(
        try Conv2d(weights.at("conv").at(i), Self.channels[i], Self.channels[i + 1], kernel: 3, stride: 2))
    }
    self.convolutions = convolutions
    project = try Linear(weights.at("project"), 64 * 16, Self.width)
    var temporal: [Conv1d] = []
    for (i, (back, ahead)) in Self.temporalShape.enumerated() {
      temporal.append(
        try Conv1d(weights.at("temporal").at(i), Self.width, Self.width, kernel: 1 + back + ahead, before: back))
    }
    self.temporal = temporal
    features = try Linear(weights.at("features"), Self.width, Self.learned)
    readout = try Linear(weights.at("heads"), Self.width, Self.heads)
  }

  /// Features [128] of the middle one of five frames of luma 0..1 [64, 64]; at a stream's ends the outer ones are held.
  public func frame(_ lumas: [[Float]], into output: UnsafeMutablePointer<Float>, scratch: Scratch) {
    let pixels = Self.side * Self.side
    precondition(lumas.count == 2 * Self.near + 1 && lumas.allSatisfy { $0.count == pixels })
    var x = scratch.buffer(0, 24 * 32 * 32)
    var y = scratch.buffer(1, 24 * 32 * 32)
    let luma = lumas[Self.near]
    var mean: Double = 0
    var square: Double = 0
    for v in luma {
      mean += Double(v)
      square += Double(v) * Double(v)
    }
    mean /= Double(pixels)
    let deviation = Float(max(0, square / Double(pixels) - mean * mean).squareRoot()) + 0.05
    for i in 0..<pixels { x[i] = (luma[i] - Float(mean)) / deviation }
    for step in 0..<2 * Self.near {
      let channel = x + (step + 1) * pixels
      let before = lumas[step], after = lumas[step + 1]
      for i in 0..<pixels { channel[i] = 4 * (after[i] - before[i]) / deviation }
    }
    var size = Self.side
    for (i, convolution) in convolutions.enumerated() {
      convolution(x, size: size, before: 1, into: y, scratch: scratch, slot: 2, clipped: false)
      size /= 2
      v2a_gelu_tanh(y, Self.channels[i + 1] * size * size)
      swap(&x, &y)
    }
    project(x, rows: 1, into: output)
    v2a_gelu_tanh(output, Self.width)
  }

  /// Frame features [rows, 128] -> tokens [rows, 64]. Rows outside are taken as zero, so of a piece of a stream the first
  /// `lookBack` tokens (unless it is the stream's start) and the last `lookAhead` (unless it is its end) are not valid.
  public func tokens(
    _ input: UnsafePointer<Float>, rows: Int, into output: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let x = scratch.buffer(3, rows * Self.width)
    let y = scratch.buffer(4, rows * Self.width)
    x.update(from: input, count: rows * Self.width)
    for convolution in temporal {
      convolution(x, rows: rows, into: y, scratch: scratch, slot: 5)
      v2a_gelu_tanh(y, rows * Self.width)
      v2a_axpy(x, y, 1, rows * Self.width)
    }
    features(x, rows: rows, into: y)
    let heads = scratch.buffer(5, rows * Self.heads)
    readout(x, rows: rows, into: heads)
    for row in 0..<rows {
      let token = output + row * Self.token
      for i in 0..<Self.learned { token[i] = tanh(y[row * Self.learned + i]) }
      let h = heads + row * Self.heads
      let onset = sigmoid(h[0])
      token[48] = 2 * onset
      token[49] = onset * tanh(h[1])
      token[50] = 2 * sigmoid(h[2]) * onset
      token[51] = 2 * onset * tanh(h[3])
      token[52] = 2 * sigmoid(h[4])
      for i in 53..<Self.token { token[i] = 0 }
    }
  }
}
