import CKernels
import V2ATensor

/// Integration of dx/dt = v(x, t) from noise (t = 0) to data (t = 1) by the two-step Adams-Bashforth method, with classifier-free guidance:
/// x += dt (v + dt / (2 dt') (v - v')), v' and dt' of the step before. Euler's method, with as few steps, loses variance. The last step
/// is Euler's: it ends at the data that the network predicts, however long it is.
public struct FlowMatchingSampler: Sendable {
  public var steps: Int
  /// Of each set in turn; the last one counts for the sets after it too.
  public var guidance: [Guidance]
  /// Times are u / (u + shift (1 - u)) for uniform u; above 1 spends more steps near the noise.
  public var timeShift: Float

  public init(steps: Int, guidance: [Guidance], timeShift: Float = 1) {
    self.steps = steps
    self.guidance = guidance
    self.timeShift = timeShift
  }

  /// steps + 1 times from 0 to 1.
  public var times: [Float] {
    (0...steps).map { i in
      let u = Float(i) / Float(steps)
      return u / (u + timeShift * (1 - u))
    }
  }

  /// Refines x [sets * rows, 152] in place from noise to latents, with guidance where a set has two
  /// branches (condition first). Returns false as soon as `isCancelled` says so; x is then of no use. From the step
  /// (counted from 0) that `isLate` says is the last there is time for, one step leads straight to the data. A helper takes half of
  /// the rows; the result is the same bit for bit.
  public func sample(
    _ x: UnsafeMutablePointer<Float>, with transformer: DiffusionTransformer, chunk: DiffusionTransformer.Chunk,
    scratch: Scratch, helper: Helper? = nil, isCancelled: () -> Bool = { false }, isLate: (_ step: Int) -> Bool = { _ in false }
  ) -> Bool {
    let count = chunk.rows * transformer.config.latent
    let velocity = scratch.buffer(30, chunk.branches.count * count)
    let before = scratch.buffer(31, chunk.sets.count * count)
    let mean = scratch.buffer(32, transformer.config.latent)
    let times = times
    let velocities = DiffusionPass(transformer, chunk, x: x, into: velocity, scratch: scratch, helper: helper)
    for step in 0..<steps {
      if isCancelled() { return false }
      let isLast = isLate(step) || step == steps - 1
      velocities(time: times[step])
      let dt = (isLast ? 1 : times[step + 1]) - times[step]
      let bend = step > 0 && !isLast ? dt / (2 * (times[step] - times[step - 1])) : 0
      for (set, branches) in chunk.sets.enumerated() {
        let x = x + set * count
        let v = velocity + branches.lowerBound * count, last = before + set * count
        if branches.count == 2, let guidance = set < guidance.count ? guidance[set] : guidance.last {
          guidance.apply(to: v, null: v + count, x: x, rows: chunk.rows, time: times[step], mean: mean)
        }
        v2a_axpy(x, v, dt * (1 + bend), count)
        if bend != 0 { v2a_axpy(x, last, -dt * bend, count) }
        last.update(from: v, count: count)
      }
      if isLast { break }
    }
    return true
  }
}
