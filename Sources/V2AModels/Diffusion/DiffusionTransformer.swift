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

  public init(_ weights: Weights, _ c: DiffusionConfig) throws(CheckpointError) {
    config = c
    latentIn = try Linear(weights.at("latent_in"), c.latent, c.width)
    motionIn = try Linear(weights.at("motion_in"), c.motion, c.width)
    contextFlag = try weights.tensor("context_flag", shape: [c.width])
    timeIn = try Linear(weights.at("time_in"), 256, c.width)
    timeOut = try Linear(weights.at("time_out"), c.width, c.width)
    motionModulation = try Linear(weights.at("motion_modulation"), c.motion, c.width)
    promptModulation = try Linear(weights.at("prompt_modulation"), c.text, c.width)
    visualModulation = try Linear(weights.at("visual_modulation"), c.text, c.width)
    modulation = try Linear(weights.at("modulation"), c.width, 6 * c.width)
    sink = try weights.tensor("sink", shape: [c.width])
    visualIn = try Linear(weights.at("visual_in"), c.text, c.width)
    textIn = try Linear(weights.at("text_in"), c.text, c.width)
    var blocks: [TransformerBlock] = []
    for i in 0..<c.depth { blocks.append(try TransformerBlock(weights.at("blocks").at(i), c)) }
    self.blocks = blocks
    finalModulation = try Linear(weights.at("final_modulation"), c.width, 2 * c.width)
    output = try Linear(weights.at("output"), c.width, c.latent)
  }

  /// What does not change over the steps of one chunk.
  public struct Chunk {
    /// Sets of latents that are generated together, and branches of all of them: those of the first set come first.
    let sets: Int
    let branches: Int
    let rows: Int
    let context: Int
    /// prompt and visual modulation [width] per branch
    let shared: [Tensor]
    /// per block and branch
    let conditionKeys: [[(keys: Tensor, values: Tensor)]]
    /// per block: all branches [branches * context, width]
    let contextKeys: [(keys: Tensor, values: Tensor)]
    /// motion's part of the input and of the modulation [branches * rows, width]
    let motionInput, motionModulation: Tensor
    let cosine, sine: Tensor
  }

  /// Computes everything that the steps of one chunk share.
  ///
  /// - context: clean latents [sets * n, 64] before the chunk; contextMotion: their motion tokens [n, 5]
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
    var conditionKeys: [[(keys: Tensor, values: Tensor)]] = Array(repeating: [], count: config.depth)
    for branch in branches {
      let sum = Tensor(shape: [width])
      let visual = Tensor(shape: [width])
      promptModulation(branch.prompt, rows: 1, into: sum.data)
      visualModulation(branch.visual, rows: 1, into: visual.data)
      v2a_axpy(sum.data, visual.data, 1, width)
      shared.append(sum)
      let tokens = Tensor(shape: [2 + branch.tokens, width])
      tokens.data.update(from: sink.data, count: width)
      visualIn(branch.visual, rows: 1, into: tokens.data + width)
      if branch.tokens > 0 { textIn(branch.states, rows: branch.tokens, into: tokens.data + 2 * width) }
      for (i, block) in blocks.enumerated() {
        conditionKeys[i].append(block.conditionKeysValues(tokens.data, rows: 2 + branch.tokens, scratch: scratch))
      }
    }

    let (motionInput, motionModulation) = motionParts(motion, rows: rows, branches: branches)
    var contextKeys: [(keys: Tensor, values: Tensor)] = []
    if past > 0 {
      let all = branches.count * past
      let (input, modulationPart) = motionParts(contextMotion, rows: past, branches: branches)
      let c = scratch.buffer(0, all * width)
      let m = scratch.buffer(1, all * 6 * width)
      let x = scratch.buffer(2, all * width)
      conditioning(time: 1, rows: past, shared: shared, motion: modulationPart, into: c, scratch: scratch)
      modulation(c, rows: all, into: m)
      embed(context, rows: past, motion: input, sets: sets, branches: branches.count, into: x, scratch: scratch)
      for row in 0..<all { v2a_axpy(x + row * width, contextFlag.data, 1, width) }
      for (i, block) in blocks.enumerated() {
        let keep = (keys: Tensor(shape: [all, width]), values: Tensor(shape: [all, width]))
        block(
          x, branches: branches.count, rows: past, modulation: m, cosine: cosine.data, sine: sine.data,
          past: { branch in
            let c = conditionKeys[i][branch]
            return [Attended(keys: c.keys.data, values: c.values.data, rows: c.keys.shape[0], rotated: false)]
          }, keep: keep, scratch: scratch)
        contextKeys.append(keep)
      }
    }
    return Chunk(
      sets: sets, branches: branches.count, rows: rows, context: past, shared: shared, conditionKeys: conditionKeys,
      contextKeys: contextKeys, motionInput: motionInput, motionModulation: motionModulation, cosine: cosine, sine: sine)
  }

  /// Velocities of all branches [branches, rows, 64] at flow time t for the chunk's latents x [sets, rows, 64].
  public func velocity(
    _ x: UnsafePointer<Float>, time: Float, chunk: Chunk, into velocity: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let width = config.width
    let all = chunk.branches * chunk.rows
    let c = scratch.buffer(0, all * width)
    let m = scratch.buffer(1, all * 6 * width)
    let h = scratch.buffer(2, all * width)
    conditioning(
      time: time, rows: chunk.rows, shared: chunk.shared, motion: chunk.motionModulation, into: c, scratch: scratch)
    modulation(c, rows: all, into: m)
    embed(
      x, rows: chunk.rows, motion: chunk.motionInput, sets: chunk.sets, branches: chunk.branches, into: h, scratch: scratch)
    let half = width / config.heads / 2
    for (i, block) in blocks.enumerated() {
      block(
        h, branches: chunk.branches, rows: chunk.rows, modulation: m, cosine: chunk.cosine.data + chunk.context * half,
        sine: chunk.sine.data + chunk.context * half,
        past: { branch in
          let c = chunk.conditionKeys[i][branch]
          var seen = [Attended(keys: c.keys.data, values: c.values.data, rows: c.keys.shape[0], rotated: false)]
          if chunk.context > 0 {
            let offset = branch * chunk.context * width
            let past = chunk.contextKeys[i]
            seen.append(
              Attended(keys: past.keys.data + offset, values: past.values.data + offset, rows: chunk.context, rotated: true))
          }
          return seen
        }, keep: nil, scratch: scratch)
    }
    let final = scratch.buffer(1, all * 2 * width)
    finalModulation(c, rows: all, into: final)
    let normed = scratch.buffer(10, all * width)
    let zero = scratch.buffer(3, width)
    zero.update(repeating: 0, count: width)
    v2a_layer_norm(normed, h, nil, nil, all, width, 1e-6)
    v2a_modulate(normed, normed, final, final + width, zero, zero, 2 * width, all, width)
    output(normed, rows: all, into: velocity)
  }

  /// c = silu(time + shared + motion) [branches * rows, width].
  private func conditioning(
    time: Float, rows: Int, shared: [Tensor], motion: Tensor, into c: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let width = config.width
    let features = scratch.buffer(4, 256)
    let hidden = scratch.buffer(5, width)
    let embedded = scratch.buffer(6, width)
    for i in 0..<128 {
      let angle = Double(time) * 1000 * exp(-Double(i) * (9.210340371976184 / 128))
      features[i] = Float(cos(angle))
      features[128 + i] = Float(sin(angle))
    }
    timeIn(features, rows: 1, into: hidden)
    v2a_silu(hidden, width)
    timeOut(hidden, rows: 1, into: embedded)
    c.update(from: motion.data, count: shared.count * rows * width)
    for (branch, shared) in shared.enumerated() {
      for row in branch * rows..<(branch + 1) * rows {
        v2a_axpy(c + row * width, embedded, 1, width)
        v2a_axpy(c + row * width, shared.data, 1, width)
      }
    }
    v2a_silu(c, shared.count * rows * width)
  }

  /// latent_in(x [sets * rows, 64]) + motion part, repeated per branch of the set: [branches * rows, width].
  private func embed(
    _ x: UnsafePointer<Float>, rows: Int, motion: Tensor, sets: Int, branches: Int, into h: UnsafeMutablePointer<Float>,
    scratch: Scratch
  ) {
    let count = rows * config.width
    latentIn(x, rows: sets * rows, into: h)
    // From the last branch down, so that nothing is overwritten before it is copied.
    for branch in stride(from: branches - 1, to: 0, by: -1) {
      let set = branch / (branches / sets)
      if set != branch { (h + branch * count).update(from: h + set * count, count: count) }
    }
    v2a_axpy(h, motion.data, 1, branches * count)
  }

  /// motion_in and motion_modulation of the tokens, or of zeros for a branch without motion.
  private func motionParts(_ motion: [Float], rows: Int, branches: [Conditions]) -> (input: Tensor, modulation: Tensor) {
    let count = rows * config.width
    let input = Tensor(shape: [branches.count * rows, config.width])
    let modulation = Tensor(shape: [branches.count * rows, config.width])
    let nothing = [Float](repeating: 0, count: motion.count)
    for (i, branch) in branches.enumerated() {
      motionIn(branch.usesMotion ? motion : nothing, rows: rows, into: input.data + i * count)
      motionModulation(branch.usesMotion ? motion : nothing, rows: rows, into: modulation.data + i * count)
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
