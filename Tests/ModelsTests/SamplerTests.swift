import Testing
import V2AModels
import V2ATensor

/// The sampler against the formula of its method, step by step, with the real network.
struct SamplerTests {
  @Test func adamsBashforth() throws {
    let network = try DiffusionTransformer(Fixtures.weights("diffusion_transformer"), Fixtures.diffusion())
    let rows = 6, count = rows * Codec.latent, scratch = Scratch()
    let noise = Fixtures.wave(count, 0.61), motion = Fixtures.wave(rows * MotionEncoder.token, 0.29, 0.5)
    var conditions = Conditions.none
    conditions.motion = .seen
    let chunk = network.prepare(context: [], contextMotion: [], motion: motion, sets: [[conditions]], scratch: scratch)
    /// Steps to `times`, each but the last by the bend of the one before.
    func byHand(_ times: [Float]) -> [Float] {
      var x = noise, before: [Float] = [], v = noise
      for (i, (now, then)) in zip(times, times.dropFirst()).enumerated() {
        network.velocity(x, time: now, chunk: chunk, into: &v, scratch: scratch)
        let isBent = i > 0 && i < times.count - 2
        for k in 0..<count {
          let bend = isBent ? (then - now) / (2 * (now - times[i - 1])) * (v[k] - before[k]) : 0
          x[k] += (then - now) * (v[k] + bend)
        }
        before = v
      }
      return x
    }
    let sampler = FlowMatchingSampler(steps: 4, guidance: [Guidance(scale: 1)], timeShift: 1.5)
    var whole = noise, late = noise
    #expect(sampler.sample(&whole, with: network, chunk: chunk, scratch: scratch))
    #expect(relativeError(whole, byHand(sampler.times)) < 1e-5)
    #expect(sampler.sample(&late, with: network, chunk: chunk, scratch: scratch, isLate: { $0 == 1 }))
    #expect(relativeError(late, byHand([0, sampler.times[1], 1])) < 1e-5)
    #expect(relativeError(whole, late) > 1e-2)
  }
}
