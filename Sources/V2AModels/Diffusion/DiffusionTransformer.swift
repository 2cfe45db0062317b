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
  /// Times log(guidance scale), added to `timeIn`: guidance that is built in.
  private let guidanceIn: Tensor?
  let blocks: [TransformerBlock]
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
    guidanceIn = c.guidance > 0 ? try weights.tensor("guidance_in", shape: [c.width]) : nil
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
    /// Branches of each set of latents that are generated together: one, or two for classifier-free guidance.
    let sets: [Range<Int>]
    let branches: [Conditions]
    let rows: Int
    let context: Int
    /// prompt and visual modulation [width] per branch
    let shared: [Tensor]
    /// per block: keys and values of conditions and context, [branches * heads]
    let attended: [[KeysAndValues]]
    /// motion's part of the input and of the modulation [branches * rows, width]
    let motion: Motion
    let cosine, sine: Tensor
  }

  /// Motion's part of the input and of the modulation of rows, each [branches * rows, width].
  struct Motion {
    let input, modulation: Tensor
  }

  /// Computes everything that the steps of one chunk share.
  ///
  /// - context: clean latents [sets * n, latent] before the chunk; contextMotion: their motion tokens [sets * n, 5]
  /// - motion: motion tokens of the chunk [sets * rows, 5]
  /// - sets: of each soundtrack of the same pictures that are generated together the branches: its conditions, and for
  ///   classifier-free guidance those to steer away from
  public func prepare(
    context: [Float], contextMotion: [Float], motion: [Float], sets: [[Conditions]], scratch: Scratch, helper: Helper? = nil
  ) -> Chunk {
    let width = config.width, branches = sets.flatMap { $0 }
    precondition(!sets.isEmpty && sets.allSatisfy { (1...2).contains($0.count) })
    let past = context.count / config.latent / sets.count
    let rows = motion.count / config.motion / sets.count
    precondition(
      contextMotion.count == sets.count * past * config.motion && motion.count == sets.count * rows * config.motion
        && context.count == sets.count * past * config.latent && rows > 0)
    let (cosine, sine) = rotaryTables(past + rows)

    var ranges: [Range<Int>] = []
    for set in sets { ranges.append((ranges.last?.upperBound ?? 0)..<(ranges.last?.upperBound ?? 0) + set.count) }
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
    let chunk = Chunk(
      sets: ranges, branches: branches, rows: rows, context: past, shared: shared, attended: attended,
      motion: self.motion(motion, rows: rows, sets: sets), cosine: cosine, sine: sine)
    if past > 0 {
      let motion = self.motion(contextMotion, rows: past, sets: sets)
      context.withUnsafeBufferPointer { context in
        guard let base = context.baseAddress else { return }
        DiffusionPass(self, chunk, context: base, motion: motion, scratch: scratch, helper: helper).remember()
      }
    }
    return chunk
  }

  /// Velocities of all branches [branches, rows, latent] at flow time t for the chunk's latents x [sets, rows, latent].
  public func velocity(
    _ x: UnsafePointer<Float>, time: Float, chunk: Chunk, into velocity: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    DiffusionPass(self, chunk, x: x, into: velocity, scratch: scratch).callAsFunction(time: time)
  }

  /// Embedding of a flow time and a guidance scale [width].
  func embed(time: Float, scale: Float, features: UnsafeMutablePointer<Float>, into embedded: UnsafeMutablePointer<Float>) {
    let hidden = features + 256
    for i in 0..<128 {
      let angle = Double(time) * 1000 * frequencies[i]
      features[i] = Float(cos(angle))
      features[128 + i] = Float(sin(angle))
    }
    timeIn(features, rows: 1, into: hidden)
    if let guidanceIn, scale > 1 { v2a_axpy(hidden, guidanceIn.data, log(min(scale, config.guidance)), config.width) }
    v2a_silu(hidden, config.width)
    timeOut(hidden, rows: 1, into: embedded)
  }

  /// What enters the first block: latent_in(x) + motion's part, of the rows `some` of one branch; all pointers at the branch's first row.
  func embed(
    _ x: UnsafePointer<Float>, motion: UnsafePointer<Float>, isContext: Bool, some: Range<Int>, into h: UnsafeMutablePointer<Float>
  ) {
    let width = config.width
    latentIn(x, some: some, into: h)
    for row in some {
      v2a_axpy(h + row * width, motion + row * width, 1, width)
      if isContext { v2a_axpy(h + row * width, contextFlag.data, 1, width) }
    }
  }

  /// c = silu(time + shared + motion) [rows, width] and the blocks' modulation of it [rows, 6 * width], of the rows `some` of one
  /// branch; where nothing moves all rows are alike.
  func modulate(
    time: UnsafePointer<Float>, shared: Tensor, motion: UnsafePointer<Float>, moves: Bool, some: Range<Int>,
    into c: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>
  ) {
    let width = config.width
    for row in some {
      let c = c + row * width
      c.update(from: motion + row * width, count: width)
      v2a_axpy(c, time, 1, width)
      v2a_axpy(c, shared.data, 1, width)
    }
    v2a_silu(c + some.lowerBound * width, some.count * width)
    modulate(modulation, c, moves: moves, some: some, into: m)
  }

  /// Velocity [rows, latent] of the rows `some` of one branch, from what left the last block; x are the latents.
  func velocity(
    _ h: UnsafePointer<Float>, c: UnsafePointer<Float>, moves: Bool, x: UnsafePointer<Float>, time: Float, some: Range<Int>,
    final: UnsafeMutablePointer<Float>, zero: UnsafePointer<Float>, normed: UnsafeMutablePointer<Float>,
    into velocity: UnsafeMutablePointer<Float>
  ) {
    let width = config.width, from = some.lowerBound * width
    modulate(finalModulation, c, moves: moves, some: some, into: final)
    let m = final + 2 * from
    v2a_norm_modulate(normed + from, h + from, m, m + width, zero, zero, 2 * width, some.count, width, 1e-6)
    output(normed, some: some, into: velocity)
    // Of the slots it has predicted the data: velocity (x1 - x) / (1 - t).
    let scale = 1 / max(1 - time, Guidance.leastLeft), envelope = config.latent - config.slots
    for row in some {
      let v = velocity + row * config.latent, from = x + row * config.latent
      for i in envelope..<config.latent { v[i] = (v[i] - from[i]) * scale }
    }
  }

  /// m [rows, layer.output] of c [rows, width], of the rows `some`; where all are alike, one is computed.
  private func modulate(
    _ layer: Linear, _ c: UnsafePointer<Float>, moves: Bool, some: Range<Int>, into m: UnsafeMutablePointer<Float>
  ) {
    if moves { return layer(c, some: some, into: m) }
    guard let first = some.first else { return }
    layer(c, some: first..<first + 1, into: m)
    for row in some.dropFirst() { (m + row * layer.output).update(from: m + first * layer.output, count: layer.output) }
  }

  /// motion_in and motion_modulation of a set's tokens, of zeros or of rest, as a branch wants.
  private func motion(_ motion: [Float], rows: Int, sets: [[Conditions]]) -> Motion {
    let count = rows * config.width, size = rows * config.motion
    let branches = sets.enumerated().flatMap { set, branches in branches.map { (set, $0.motion) } }
    let input = Tensor(shape: [branches.count * rows, config.width])
    let modulation = Tensor(shape: [branches.count * rows, config.width])
    let nothing = [Float](repeating: 0, count: size)
    let rest = MotionEncoder.rest(rows: rows)
    for (i, (set, wanted)) in branches.enumerated() {
      let tokens = switch wanted {
      case .none: nothing
      case .rest: rest
      case .seen: Array(motion[set * size..<(set + 1) * size])
      }
      motionIn(tokens, rows: rows, into: input.data + i * count)
      motionModulation(tokens, rows: rows, into: modulation.data + i * count)
    }
    return Motion(input: input, modulation: modulation)
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
