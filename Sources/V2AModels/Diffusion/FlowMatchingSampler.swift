import CKernels
import V2ATensor

/// Euler integration of dx/dt = v(x, t) from noise (t = 0) to data (t = 1), with classifier-free guidance.
public struct FlowMatchingSampler: Sendable {
  public var steps: Int
  public var guidanceScale: Float
  /// Times are u / (u + shift (1 - u)) for uniform u; above 1 spends more steps near the noise.
  public var timeShift: Float

  public init(steps: Int, guidanceScale: Float, timeShift: Float = 1) {
    self.steps = steps
    self.guidanceScale = guidanceScale
    self.timeShift = timeShift
  }

  /// steps + 1 times from 0 to 1.
  public var times: [Float] {
    (0...steps).map { i in
      let u = Float(i) / Float(steps)
      return u / (u + timeShift * (1 - u))
    }
  }

  /// Refines x [rows, 64] in place from noise to latents. v = v_null + scale (v_condition - v_null) when the chunk has two
  /// branches (condition first). Returns false as soon as `isCancelled` says so; x is then of no use.
  public func sample(
    _ x: UnsafeMutablePointer<Float>, with transformer: DiffusionTransformer, chunk: DiffusionTransformer.Chunk,
    scratch: Scratch, isCancelled: () -> Bool = { false }
  ) -> Bool {
    let count = chunk.rows * transformer.config.latent
    let velocity = scratch.buffer(30, chunk.branches * count)
    let times = times
    for step in 0..<steps {
      if isCancelled() { return false }
      transformer.velocity(x, time: times[step], chunk: chunk, into: velocity, scratch: scratch)
      let dt = times[step + 1] - times[step]
      if chunk.branches == 2 {
        v2a_axpy(x, velocity, dt * guidanceScale, count)
        v2a_axpy(x, velocity + count, dt * (1 - guidanceScale), count)
      } else {
        v2a_axpy(x, velocity, dt, count)
      }
    }
    return true
  }
}
