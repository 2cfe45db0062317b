import Testing
import V2ACheckpoint
import V2ATensor

@testable import V2AModels

/// Two threads make bit for bit what one makes. BLAS alone may sum pieces of a matrix in another order.
@Suite(.serialized) struct ThreadTests {
  private func expectSame(_ one: [Float], _ two: [Float], _ comment: Comment) {
    #expect(one.count == two.count && one.allSatisfy { $0.isFinite })
    if KernelLevel.current == .blas { #expect(relativeError(two, one) < 1e-6, comment) } else { #expect(one == two, comment) }
  }

  @Test(arguments: Precision.allCases) func frameEncoder(precision: Precision) throws {
    guard let helper = Helper() else { return }
    let network = try FrameEncoder(Fixtures.weights("frame_encoder"), precision: precision), scratch = Scratch()
    for turn in 1...3 {
      let rgb = (0..<3 * 224 * 224).map { UInt8(truncatingIfNeeded: $0 * turn / 7) }
      let one = network(rgb: rgb, scratch: scratch), two = network(rgb: rgb, scratch: scratch, helper: helper)
      expectSame(one.features, two.features, "features, picture \(turn)")
      expectSame(one.probabilities, two.probabilities, "probabilities, picture \(turn)")
    }
  }

  /// Also where halves are of different lengths, or one of them is shorter than the filters.
  @Test(arguments: [1, 2, 3, 11, 37]) func audioDecoder(count: Int) throws {
    guard let helper = Helper() else { return }
    let network = try AudioDecoder(Fixtures.weights("audio_decoder"), width: 256, depth: 6, inner: 768), scratch = Scratch()
    let latents = Fixtures.wave(count * Codec.latent, 0.173, 0.8), noise = NoiseSource(seed: 7)
    for _ in 1...3 {
      var alone = PartialStream(), together = PartialStream()
      let one = network(latents, first: 0, noise: noise, partials: &alone, scratch: scratch)
      let two = network(latents, first: 0, noise: noise, partials: &together, scratch: scratch, helper: helper)
      expectSame(one, two, "\(count) latents")
    }
  }

  /// Branches alone, of one set, and of sets that have one or two; also where a branch has fewer rows than there are threads. Sets that
  /// are generated together get what each gets alone.
  @Test(arguments: Precision.allCases, [1, 2, 5, 26]) func sampler(precision: Precision, rows: Int) throws {
    guard let helper = Helper() else { return }
    let network = try DiffusionTransformer(Fixtures.weights("diffusion_transformer"), Fixtures.diffusion(), precision: precision)
    let scratch = Scratch(), past = 7
    var guided = Conditions.none
    (guided.visual, guided.motion, guided.scale) = (Fixtures.wave(384, 0.53), .seen, 3)
    var plain = guided, away = Conditions.none
    plain.scale = 1
    away.states = Fixtures.wave(3 * 384, 0.41)
    func sampled(_ sets: [[Conditions]], _ helper: Helper?) -> [Float] {
      let chunk = network.prepare(
        context: sets.flatMap { _ in Fixtures.wave(past * Codec.latent, 0.61) },
        contextMotion: sets.flatMap { _ in Fixtures.wave(past * MotionEncoder.token, 0.29, 0.5) },
        motion: sets.flatMap { _ in Fixtures.wave(rows * MotionEncoder.token, 0.31, 0.5) }, sets: sets, scratch: scratch, helper: helper)
      var x = sets.flatMap { _ in Fixtures.wave(rows * Codec.latent, 0.77) }
      let sampler = FlowMatchingSampler(steps: 3, guidance: [Guidance(scale: 3, rescale: 0.8)])
      #expect(sampler.sample(&x, with: network, chunk: chunk, scratch: scratch, helper: helper))
      return x
    }
    let alone = [[guided], [plain, away], [.none]].map { sampled([$0], nil) }
    for (set, one) in zip([[guided], [plain, away], [.none]], alone) { expectSame(one, sampled([set], helper), "\(set.count) branches") }
    expectSame(alone.flatMap { $0 }, sampled([[guided], [plain, away], [.none]], helper), "three sets")
  }

  /// Two streams, each with a helper of its own, at the same time on one network.
  @Test func twoStreams() async throws {
    let network = try FrameEncoder(Fixtures.weights("frame_encoder"))
    let rgb = (0..<3 * 224 * 224).map { UInt8(truncatingIfNeeded: $0 / 5) }
    let alone = network(rgb: rgb, scratch: Scratch()).probabilities
    let results = await withTaskGroup(of: [[Float]].self) { group in
      for _ in 0..<2 {
        group.addTask {
          let helper = Helper(), scratch = Scratch()
          return (0..<4).map { _ in network(rgb: rgb, scratch: scratch, helper: helper).probabilities }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    for result in results { expectSame(alone, result, "a stream beside another") }
  }
}
