import V2ATensor

/// Latents on their way through the transformer, by one thread or two: rows are divided, and threads meet once a block, whose attention
/// looks at all rows of a branch. The result is the same bit for bit.
public final class DiffusionPass: PhasedWork {
  public let helper: Helper?
  public enum Phase { case enter, block(Int) }
  public var phase = Phase.enter

  private typealias Floats = UnsafeMutablePointer<Float>
  private let transformer: DiffusionTransformer
  private let chunk: DiffusionTransformer.Chunk
  private let motion: DiffusionTransformer.Motion
  private let latents: UnsafePointer<Float>
  /// nil where the rows are the context: they are clean, and only their keys and values are wanted.
  private let velocity: Floats?
  private let rows: TransformerBlock.Rows
  private let c, final, zero, features, times: Floats
  private var time: Float = 1

  /// A chunk's latents x [sets, rows, latent] and their velocity [branches, rows, latent], both of which have to outlive the pass.
  public convenience init(
    _ transformer: DiffusionTransformer, _ chunk: DiffusionTransformer.Chunk, x: UnsafePointer<Float>,
    into velocity: UnsafeMutablePointer<Float>, scratch: Scratch, helper: Helper? = nil
  ) {
    self.init(
      transformer, chunk, x, motion: chunk.motion, into: velocity, first: chunk.context, count: chunk.rows, scratch: scratch, helper: helper)
  }

  /// The context's latents [sets, chunk.context, latent].
  convenience init(
    _ transformer: DiffusionTransformer, _ chunk: DiffusionTransformer.Chunk, context: UnsafePointer<Float>,
    motion: DiffusionTransformer.Motion, scratch: Scratch, helper: Helper?
  ) {
    self.init(
      transformer, chunk, context, motion: motion, into: nil, first: 0, count: chunk.context, scratch: scratch, helper: helper)
  }

  private init(
    _ transformer: DiffusionTransformer, _ chunk: DiffusionTransformer.Chunk, _ latents: UnsafePointer<Float>,
    motion: DiffusionTransformer.Motion, into velocity: UnsafeMutablePointer<Float>?, first: Int, count: Int, scratch: Scratch,
    helper: Helper?
  ) {
    (self.transformer, self.chunk, self.latents, self.motion) = (transformer, chunk, latents, motion)
    (self.velocity, self.helper) = (velocity, helper)
    let config = transformer.config, width = config.width
    let all = chunk.branches.count * count, offset = first * (width / config.heads / 2)
    let mostKeys = 2 + (chunk.branches.map(\.tokens).max() ?? 0) + first + count
    rows = TransformerBlock.Rows(
      branches: chunk.branches.count, rows: count, first: first, x: scratch.buffer(2, all * width),
      modulation: scratch.buffer(1, all * 6 * width), cosine: chunk.cosine.data + offset, sine: chunk.sine.data + offset,
      h: scratch.buffer(10, all * width), joint: scratch.buffer(11, all * 3 * width), turned: scratch.buffer(12, all * width),
      inner: scratch.buffer(14, all * config.mlp * width), scores: scratch.buffer(13, all * mostKeys), mostKeys: mostKeys)
    c = scratch.buffer(0, all * width)
    final = scratch.buffer(4, all * 2 * width)
    zero = scratch.buffer(3, width)
    zero.update(repeating: 0, count: width)
    features = scratch.buffer(5, 256 + width)
    times = scratch.buffer(6, chunk.branches.count * width)
  }

  /// Sets the velocities of all branches at flow time `time`. Allocates nothing.
  public func callAsFunction(time: Float) {
    self.time = time
    go(through: transformer.blocks.count)
  }

  /// Leaves the context's keys and values in the chunk. Nobody sees what leaves the last block.
  func remember() { go(through: transformer.blocks.count - 1) }

  private func go(through blocks: Int) {
    let width = transformer.config.width
    for (i, branch) in chunk.branches.enumerated() {
      if i > 0 && branch.scale == chunk.branches[i - 1].scale {
        (times + i * width).update(from: times + (i - 1) * width, count: width)
      } else {
        transformer.embed(time: time, scale: velocity == nil ? 1 : branch.scale, features: features, into: times + i * width)
      }
    }
    perform(.enter)
    for i in 0..<blocks { perform(.block(i)) }
  }

  public func compute(_ share: Share) {
    let own = share.of(rows.branches * rows.rows)
    switch phase {
    case .enter:
      enter(own)
      transformer.blocks.first?.project(rows, own, into: chunk.attended[0])
    case .block(let i):
      transformer.blocks[i].finish(rows, own, attending: chunk.attended[i])
      if i + 1 < transformer.blocks.count {
        transformer.blocks[i + 1].project(rows, own, into: chunk.attended[i + 1])
      } else {
        leave(own)
      }
    }
  }

  private func enter(_ own: Range<Int>) {
    let width = transformer.config.width
    for (set, branches) in chunk.sets.enumerated() {
      for branch in branches {
        let some = rows.of(branch, own), from = branch * rows.rows * width
        if some.isEmpty { continue }
        transformer.modulate(
          time: times + branch * width, shared: chunk.shared[branch], motion: motion.modulation.data + from,
          moves: chunk.branches[branch].motion == .seen, some: some, into: c + from, rows.modulation + 6 * from)
        transformer.embed(
          latents + set * rows.rows * transformer.config.latent, motion: motion.input.data + from, isContext: velocity == nil, some: some,
          into: rows.x + from)
      }
    }
  }

  private func leave(_ own: Range<Int>) {
    guard let velocity else { return }
    let width = transformer.config.width, size = rows.rows * transformer.config.latent
    for (set, branches) in chunk.sets.enumerated() {
      for branch in branches {
        let some = rows.of(branch, own), from = branch * rows.rows * width
        if some.isEmpty { continue }
        transformer.velocity(
          rows.x + from, c: c + from, moves: chunk.branches[branch].motion == .seen, x: latents + set * size, time: time, some: some,
          final: final + 2 * from, zero: zero, normed: rows.h + from, into: velocity + branch * size)
      }
    }
  }
}
