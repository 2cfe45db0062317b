import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// The generator: velocity of the flow from noise to audio latents, given motion, a visual prompt and a text prompt.
///
/// Streaming by construction: clean past latents (the context) attend to conditions and themselves only, so their keys and
/// values are computed once per chunk (`prepare`) and every step of the sampler (`velocity`) touches the new chunk alone.
public final class DiffusionTransformer: Sendable {
  public let config: DiffusionConfig
  private let latentIn, motionIn, timeIn, timeOut: Linear
  private let motionModulation, promptModulation, visualModulation, modulation: Linear
  private let visualIn, textIn: Linear
  private let contextFlag, sink: Tensor
  private let blocks: [TransformerBlock]
  private let finalModulation, output: Linear
  /// 10000^(-i / 128)
  private let frequencies: [Double]

  /// `precision`: of the products inside the blocks and of the modulation.
  public init(_ weights: Weights, _ c: DiffusionConfig, precision: Precision = .float32) throws(CheckpointError) {
    config = c
    latentIn = try Linear(weights.at("latent_in"), c.latent, c.width)
    motionIn = try Linear(weights.at("motion_in"), c.motion, c.width)
    contextFlag = try weights.tensor("context_flag", shape: [c.width])
    timeIn = try Linear(weights.at("time_in"), 256, c.width)
    timeOut = try Linear(weights.at("time_out"), c.width, c.width)
    motionModulation = try Linear(weights.at("motion_modulation"), c.motion, c.width)
    promptModulation = try Linear(weights.at("prompt_modulation"), c.text, c.width)
    visualModulation = try Linear(weights.at("visual_modulation"), c.text, c.width)
    modulation = try Linear(weights.at("modulation"), c.width, 6 * c.width, precision: precision)
    sink = try weights.tensor("sink", shape: [c.width])
    visualIn = try Linear(weights.at("visual_in"), c.text, c.width)
    textIn = try Linear(weights.at("text_in"), c.text, c.width)
    var blocks: [TransformerBlock] = []
    for i in 0..<c.depth { blocks.append(try TransformerBlock(weights.at("blocks").at(i), c, precision: precision)) }
    self.blocks = blocks
    finalModulation = try Linear(weights.at("final_modulation"), c.width, 2 * c.width)
    output = try Linear(weights.at("output"), c.width, c.latent)
    frequencies = (0..<128).map { exp(-Double($0) * (9.210340371976184 / 128)) }
  }

  /// What does not change over the steps of one chunk.
  public struct Chunk {
    /// Sets of latents that are generated together, and branches of all of them: those of the first set come first.
    let sets: Int
    let branches: Int
    let rows: Int
    let context: Int
    /// Whether each branch has motion: without, all of its rows are modulated alike.
    let moves: [Bool]
    /// prompt and visual modulation [width] per branch
    let shared: [Tensor]
    /// per block: keys and values of conditions and context, [branches * heads]
    let attended: [[KeysAndValues]]
    /// motion's part of the input and of the modulation [branches * rows, width]
    let motionInput, motionModulation: Tensor
    let cosine, sine: Tensor
  }

  /// Computes everything that the steps of one chunk share.
  ///
  /// - context: clean latents [sets * n, latent] before the chunk; contextMotion: their motion tokens [n, 5]
  /// - motion: motion tokens of the chunk [rows, 5], the same for every set
  /// - branches: conditions; one a set, or two a set for classifier-free guidance
  /// - sets: soundtracks of the same pictures that are generated together
  public func prepare(
    context: [Float], contextMotion: [Float], motion: [Float], branches: [Conditions], sets: Int = 1, scratch: Scratch
  ) -> Chunk {
    let width = config.width
    precondition(sets > 0 && branches.count >= sets && branches.count % sets == 0)
    let past = context.count / config.latent / sets
    let rows = motion.count / config.motion
    precondition(contextMotion.count == past * config.motion && context.count == sets * past * config.latent && rows > 0)
    let (cosine, sine) = rotaryTables(past + rows)

    var shared: [Tensor] = []
    var attended: [[KeysAndValues]] = Array(repeating: [], count: config.depth)
    for branch in branches {
      let sum = Tensor(shape: [width])
      promptModulation(branch.prompt, rows: 1, into: sum.data)
      visualModulation(branch.visual, rows: 1, into: sum.data, adding: true)
      shared.append(sum)
      let tokens = Tensor(shape: [2 + branch.tokens, width])
      tokens.data.update(from: sink.data, count: width)
      visualIn(branch.visual, rows: 1, into: tokens.data + width)
      if branch.tokens > 0 { textIn(branch.states, rows: branch.tokens, into: tokens.data + 2 * width) }
      for (i, block) in blocks.enumerated() {
        attended[i] += block.attended(tokens.data, count: 2 + branch.tokens, rows: past + rows, scratch: scratch)
      }
    }

    let moves = branches.map { $0.motion == .seen }
    let (motionInput, motionModulation) = motionParts(motion, rows: rows, branches: branches)
    if past > 0 {
      let all = branches.count * past
      let (input, modulationPart) = motionParts(contextMotion, rows: past, branches: branches)
      let c = scratch.buffer(0, all * width)
      let m = scratch.buffer(1, all * 6 * width)
      let x = scratch.buffer(2, all * width)
      conditioning(time: 1, rows: past, shared: shared[...], motion: modulationPart.data, into: c, scratch: scratch)
      modulate(modulation, c, rows: past, moves: moves[...], into: m)
      embed(
        context, rows: past, motion: input.data, branches: branches.indices, perSet: branches.count / sets, into: x,
        scratch: scratch)
      for row in 0..<all { v2a_axpy(x + row * width, contextFlag.data, 1, width) }
      for (i, block) in blocks.enumerated() {
        block(
          x, branches: branches.count, rows: past, first: 0, modulation: m, cosine: cosine.data, sine: sine.data,
          attended: attended[i][...], scratch: scratch)
      }
    }
    return Chunk(
      sets: sets, branches: branches.count, rows: rows, context: past, moves: moves, shared: shared, attended: attended,
      motionInput: motionInput, motionModulation: motionModulation, cosine: cosine, sine: sine)
  }

  /// Velocities of all branches [branches, rows, latent] at flow time t for the chunk's latents x [sets, rows, latent].
  public func velocity(
    _ x: UnsafePointer<Float>, time: Float, chunk: Chunk, into velocity: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    self.velocity(x, time: time, chunk: chunk, branches: 0..<chunk.branches, into: velocity, scratch: scratch)
  }

  /// Those of some branches only. Branches do not depend on each other. Allocates nothing once `scratch` has grown.
  func velocity(
    _ x: UnsafePointer<Float>, time: Float, chunk: Chunk, branches: Range<Int>, into velocity: UnsafeMutablePointer<Float>,
    scratch: Scratch
  ) {
    let width = config.width
    let all = branches.count * chunk.rows
    let c = scratch.buffer(0, all * width)
    let m = scratch.buffer(1, all * 6 * width)
    let h = scratch.buffer(2, all * width)
    let before = branches.lowerBound * chunk.rows * width, perSet = chunk.branches / chunk.sets
    conditioning(
      time: time, rows: chunk.rows, shared: chunk.shared[branches], motion: chunk.motionModulation.data + before, into: c,
      scratch: scratch)
    modulate(modulation, c, rows: chunk.rows, moves: chunk.moves[branches], into: m)
    embed(
      x, rows: chunk.rows, motion: chunk.motionInput.data + before, branches: branches, perSet: perSet, into: h,
      scratch: scratch)
    let offset = chunk.context * (width / config.heads / 2)
    let heads = branches.lowerBound * config.heads..<branches.upperBound * config.heads
    for i in blocks.indices {
      blocks[i](
        h, branches: branches.count, rows: chunk.rows, first: chunk.context, modulation: m,
        cosine: chunk.cosine.data + offset, sine: chunk.sine.data + offset, attended: chunk.attended[i][heads],
        scratch: scratch)
    }
    let final = scratch.buffer(1, all * 2 * width)
    modulate(finalModulation, c, rows: chunk.rows, moves: chunk.moves[branches], into: final)
    let normed = scratch.buffer(10, all * width)
    let zero = scratch.buffer(3, width)
    zero.update(repeating: 0, count: width)
    v2a_norm_modulate(normed, h, final, final + width, zero, zero, 2 * width, all, width, 1e-6)
    output(normed, rows: all, into: velocity + branches.lowerBound * chunk.rows * config.latent)
    // Of the slots it has predicted the data: velocity (x1 - x) / (1 - t).
    let scale = 1 / max(1 - time, Guidance.leastLeft), envelope = config.latent - config.slots
    for branch in branches {
      for row in 0..<chunk.rows {
        let v = velocity + (branch * chunk.rows + row) * config.latent
        let from = x + (branch / perSet * chunk.rows + row) * config.latent
        for i in envelope..<config.latent { v[i] = (v[i] - from[i]) * scale }
      }
    }
  }

  /// m [branches * rows, layer.output] of c [branches * rows, width]; of branches whose rows are all alike, one is computed.
  private func modulate(
    _ layer: Linear, _ c: UnsafePointer<Float>, rows: Int, moves: ArraySlice<Bool>, into m: UnsafeMutablePointer<Float>
  ) {
    let size = layer.output
    var branch = 0
    while branch < moves.count {
      let first = branch * rows
      if moves[moves.startIndex + branch] {
        var end = branch + 1
        while end < moves.count && moves[moves.startIndex + end] { end += 1 }
        layer(c + first * config.width, rows: (end - branch) * rows, into: m + first * size)
        branch = end
      } else {
        layer(c + first * config.width, rows: 1, into: m + first * size)
        for row in first + 1..<max(first + 1, first + rows) { (m + row * size).update(from: m + first * size, count: size) }
        branch += 1
      }
    }
  }

  /// c = silu(time + shared + motion) [branches * rows, width].
  private func conditioning(
    time: Float, rows: Int, shared: ArraySlice<Tensor>, motion: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    scratch: Scratch
  ) {
    let width = config.width
    let features = scratch.buffer(4, 256)
    let hidden = scratch.buffer(5, width)
    let embedded = scratch.buffer(6, width)
    for i in 0..<128 {
      let angle = Double(time) * 1000 * frequencies[i]
      features[i] = Float(cos(angle))
      features[128 + i] = Float(sin(angle))
    }
    timeIn(features, rows: 1, into: hidden, activation: .silu)
    timeOut(hidden, rows: 1, into: embedded)
    c.update(from: motion, count: shared.count * rows * width)
    var row = c
    for branch in shared {
      for _ in 0..<rows {
        v2a_axpy(row, embedded, 1, width)
        v2a_axpy(row, branch.data, 1, width)
        row += width
      }
    }
    v2a_silu(c, shared.count * rows * width)
  }

  /// latent_in(x [sets, rows, latent]) + motion's part, for each branch of its set: [branches * rows, width].
  private func embed(
    _ x: UnsafePointer<Float>, rows: Int, motion: UnsafePointer<Float>, branches: Range<Int>, perSet: Int,
    into h: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let count = rows * config.width
    h.update(from: motion, count: branches.count * count)
    let embedded = scratch.buffer(7, count)
    var known = -1
    for branch in branches {
      let set = branch / perSet
      if set != known { latentIn(x + set * rows * config.latent, rows: rows, into: embedded) }
      known = set
      v2a_axpy(h + (branch - branches.lowerBound) * count, embedded, 1, count)
    }
  }

  /// motion_in and motion_modulation of the tokens, of zeros or of rest, as a branch wants.
  private func motionParts(_ motion: [Float], rows: Int, branches: [Conditions]) -> (input: Tensor, modulation: Tensor) {
    let count = rows * config.width
    let input = Tensor(shape: [branches.count * rows, config.width])
    let modulation = Tensor(shape: [branches.count * rows, config.width])
    let nothing = [Float](repeating: 0, count: motion.count)
    let rest = (0..<rows).flatMap { _ in MotionEncoder.rest() }
    for (i, branch) in branches.enumerated() {
      let tokens = switch branch.motion {
      case .none: nothing
      case .rest: rest
      case .seen: motion
      }
      motionIn(tokens, rows: rows, into: input.data + i * count)
      motionModulation(tokens, rows: rows, into: modulation.data + i * count)
    }
    return (input, modulation)
  }

  /// cos and sin of position * 10000^(-2i/headWidth) [positions, headWidth / 2].
  private func rotaryTables(_ positions: Int) -> (Tensor, Tensor) {
    let half = config.width / config.heads / 2
    let cosine = Tensor(shape: [positions, half])
    let sine = Tensor(shape: [positions, half])
    for position in 0..<positions {
      for i in 0..<half {
        let angle = Float(position) * Float(pow(10000, -Double(i) / Double(half)))
        cosine.data[position * half + i] = cosf(angle)
        sine.data[position * half + i] = sinf(angle)
      }
    }
    return (cosine, sine)
  }
}
