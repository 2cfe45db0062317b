import V2ATensor

/// The transformer's part of one chunk's steps: velocities of x at a time, by one thread or two. The result is the same bit for bit.
public final class DiffusionStep: SharedWork {
  private let transformer: DiffusionTransformer
  private let chunk: DiffusionTransformer.Chunk
  private let x: UnsafePointer<Float>
  private let velocity: UnsafeMutablePointer<Float>
  private let scratch: Scratch
  private let helper: Helper?
  /// Branches before this one are computed here, the others by whoever comes first.
  private let middle: Int
  private var time: Float = 0

  /// x [sets, rows, latent] and velocity [branches, rows, latent] have to outlive the step.
  public init(
    _ transformer: DiffusionTransformer, chunk: DiffusionTransformer.Chunk, x: UnsafePointer<Float>,
    into velocity: UnsafeMutablePointer<Float>, scratch: Scratch, helper: Helper? = nil
  ) {
    (self.transformer, self.chunk, self.x, self.velocity, self.scratch) = (transformer, chunk, x, velocity, scratch)
    self.helper = chunk.branches > 1 ? helper : nil
    middle = self.helper == nil ? chunk.branches : (chunk.branches + 1) / 2
  }

  /// Sets the velocities of all branches at flow time `time`. Allocates nothing after the first call.
  public func callAsFunction(time: Float) {
    self.time = time
    if let helper {
      helper.run(self) { compute(0..<middle, scratch) }
    } else {
      compute(0..<middle, scratch)
    }
  }

  /// The helper's half.
  public func run() {
    if let helper { compute(middle..<chunk.branches, helper.scratch) }
  }

  private func compute(_ branches: Range<Int>, _ scratch: Scratch) {
    transformer.velocity(x, time: time, chunk: chunk, branches: branches, into: velocity, scratch: scratch)
  }
}
