import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// When and where something happens: luma frames on the latent grid -> one token of 5 numbers per latent, see `token`.
///
/// Two stages, so that a stream costs each frame once: `frame` (from a frame and what is remembered of those before) and `tokens`
/// (temporal convolutions over frame features).
public final class MotionEncoder: Sendable {
  public static let side = MotionStatistics.side
  public static let width = 128
  public static let token = 5
  /// Frames after a latent whose features its token depends on.
  public static let lookAhead = 4
  /// Frames before a latent whose features its token depends on.
  public static let lookBack = 12
  private static let channels = [MotionStatistics.channels, 48, 64]
  private static let temporalShape = [(3, 1), (3, 1), (3, 1), (3, 1)]

  private let convolutions: [Conv2d]
  private let project: Linear
  private let temporal: [Conv1d]
  private let heads: Linear

  public init(_ weights: Weights) throws(CheckpointError) {
    let conv = weights.at("conv"), c = Self.channels
    convolutions = [
      try Conv2d(conv.at(0), c[0], c[1], kernel: 3, stride: 1), try Conv2d(conv.at(1), c[1], c[2], kernel: 3, stride: 2),
    ]
    project = try Linear(weights.at("project"), c[2] * 16, Self.width)
    var temporal: [Conv1d] = []
    for (i, (back, ahead)) in Self.temporalShape.enumerated() {
      temporal.append(
        try Conv1d(weights.at("temporal").at(i), Self.width, Self.width, kernel: 1 + back + ahead, before: back))
    }
    self.temporal = temporal
    heads = try Linear(weights.at("heads"), Self.width, Self.token)
  }

  /// Features [128] of the next frame of a stream, of luma 0..1 [64, 64].
  public func frame(_ luma: [Float], memory: inout MotionMemory, scratch: Scratch) -> [Float] {
    let before = memory.luma ?? luma, isNew = luma != memory.luma
    memory.luma = luma
    memory.moves = isNew && Self.moves(luma, before: before)
    switch memory.slow.next(isNew: isNew) {
    case .held: return memory.changed
    case .new(let latents):
      memory.still = []
      let contrast = MotionStatistics.contrast(luma)
      let steady = memory.shake.steadied(before, for: luma, contrast: contrast, scratch: scratch.buffer(2, 4 * luma.count))
      memory.changed = features(luma, before: steady, contrast: contrast, over: latents, scratch: scratch)
      return memory.changed
    case .nothing:
      if memory.still.isEmpty {
        memory.still = features(luma, before: luma, contrast: MotionStatistics.contrast(luma), over: 1, scratch: scratch)
      }
      return memory.still
    }
  }

  private func features(_ luma: [Float], before: [Float], contrast: Float, over latents: Int, scratch: Scratch) -> [Float] {
    var x = scratch.buffer(0, Self.channels[1] * 64)
    var y = scratch.buffer(1, Self.channels[1] * 64)
    MotionStatistics.compute(
      luma, before: before, contrast: contrast, over: latents, into: x, scratch: scratch.buffer(2, 4 * luma.count))
    var size = MotionStatistics.grid
    for (i, convolution) in convolutions.enumerated() {
      convolution(x, size: size, before: 1, into: y, scratch: scratch, slot: 2)
      if i > 0 { size /= 2 }
      v2a_gelu_tanh(y, Self.channels[i + 1] * size * size)
      swap(&x, &y)
    }
    var output = [Float](repeating: 0, count: Self.width)
    output.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { project(x, rows: 1, into: base, activation: .gelu) } }
    return output
  }

  /// Whether something in a frame of luma 0..1 [64, 64] has moved, or lit up, since the frame before.
  static func moves(_ luma: [Float], before: [Float]) -> Bool {
    MotionStatistics.largestChange(luma, before: before) > 2 / 255
  }

  /// Frame features [rows, 128] -> tokens [rows, 5]. Rows outside are taken as zero, so of a piece of a stream the first
  /// `lookBack` tokens (unless it is the stream's start) and the last `lookAhead` (unless it is its end) are not valid.
  public func tokens(
    _ input: UnsafePointer<Float>, rows: Int, into output: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let x = scratch.buffer(3, rows * Self.width)
    let y = scratch.buffer(4, rows * Self.width)
    x.update(from: input, count: rows * Self.width)
    for convolution in temporal {
      convolution(x, rows: rows, into: y, scratch: scratch, slot: 5, activation: .gelu)
      v2a_axpy(x, y, 1, rows * Self.width)
    }
    heads(x, rows: rows, into: output)
    for row in 0..<rows {
      let h = output + row * Self.token
      let token = Self.token(
        onset: sigmoid(h[0]), offset: tanh(h[1]), strength: sigmoid(h[2]), pan: tanh(h[3]), energy: sigmoid(h[4]))
      for i in 0..<Self.token { h[i] = token[i] }
    }
  }

  /// The five numbers from an onset's probability, its offset from the frame's middle in latents, strength and energy of motion in
  /// 0...1 and pan in -1...1: what follows from an onset counts as far as there is one.
  public static func token(onset: Float, offset: Float, strength: Float, pan: Float, energy: Float) -> [Float] {
    [2 * onset, onset * offset, 2 * strength * onset, 2 * onset * pan, 2 * energy]
  }

  /// A token as a picture in which nothing happens gives it, or one with a chance event.
  public static func rest(onset: Float = 0.02) -> [Float] { token(onset: onset, offset: 0, strength: 0.5, pan: 0, energy: 0.3) }

  /// Tokens [rows, 5] of latents in which nothing happens.
  public static func rest(rows: Int) -> [Float] {
    let one = rest()
    return (0..<rows).flatMap { _ in one }
  }
}
