import Testing
import V2ACheckpoint
import V2ATensor

@testable import V2AModels

/// Every network against PyTorch on the exported weights: relative L2 <= 1e-4.
@Suite(.serialized) struct ParityTests {
  static let tolerance = 1e-4

  private func check(_ name: String, _ ours: [Float], _ theirs: [Float]) {
    let error = relativeError(ours, theirs)
    print("parity \(name): relative L2 \(error)")
    #expect(error <= Self.tolerance, "\(name)")
  }

  @Test func frameEncoder() throws {
    let network = try FrameEncoder(Fixtures.weights("frame_encoder"))
    let (features, probabilities) = network(planes: Fixtures.wave(3 * 224 * 224, 0.37), scratch: Scratch())
    check("FrameEncoder features", features, try Fixtures.expected("frame_encoder", "features"))
    check("FrameEncoder probabilities", probabilities, try Fixtures.expected("frame_encoder", "probabilities"))
  }

  @Test func personDetector() throws {
    let network = try PersonDetector(Fixtures.weights("person_detector"))
    let width = 3 * 224
    let pixels = (0..<width * 224).map { (i: Int) -> UInt8 in UInt8(truncatingIfNeeded: i * 7 + i / width * 13) }
    let (scores, places) = network.anchors(rgb: pixels, scratch: Scratch())
    check("PersonDetector scores", scores, try Fixtures.expected("person_detector", "scores"))
    check("PersonDetector places", places, try Fixtures.expected("person_detector", "places"))
  }

  /// Tokens of 40 frames, whole and in pieces of 7 with the margins that streaming uses.
  @Test func motionEncoder() throws {
    let network = try MotionEncoder(Fixtures.weights("motion_encoder"))
    let scratch = Scratch()
    let luma = Fixtures.wave(40 * 4096, 0.0137).map { 0.5 + 0.5 * $0 }
    func features(_ pictures: [[Float]]) -> [Float] {
      var memory = MotionMemory()
      return pictures.flatMap { network.frame($0, memory: &memory, scratch: scratch) }
    }
    func tokens(_ range: Range<Int>, of features: [Float]) -> [Float] {
      var out = [Float](repeating: 0, count: range.count * MotionEncoder.token)
      let rows = Array(features[range.lowerBound * MotionEncoder.width..<range.upperBound * MotionEncoder.width])
      network.tokens(rows, rows: range.count, into: &out, scratch: scratch)
      return out
    }
    let waves = features((0..<40).map { Array(luma[$0 * 4096..<($0 + 1) * 4096]) })
    let whole = tokens(0..<40, of: waves)
    check("MotionEncoder", whole, try Fixtures.expected("motion_encoder", "tokens"))
    let shaken = features((0..<40).map { ShakenPictures.picture($0) })
    check("MotionEncoder, shaking camera", tokens(0..<40, of: shaken), try Fixtures.expected("motion_encoder", "shaken"))
    var memory = MotionMemory(), periods: [Int] = [], slow: [Float] = []
    for k in 0..<40 {
      slow += network.frame(ShakenPictures.picture(k / 3 * 3), memory: &memory, scratch: scratch)
      periods.append(memory.period)
    }
    let told = SlowOnsets.gathered(tokens(0..<40, of: slow), periods: periods)
    check("MotionEncoder, 8 frames/s", told, try Fixtures.expected("motion_encoder", "slow"))
    var pieces: [Float] = []
    for first in stride(from: 0, to: 40, by: 7) {
      let end = min(40, first + 7)
      let from = max(0, first - MotionEncoder.lookBack)
      let piece = tokens(from..<min(40, end + MotionEncoder.lookAhead), of: waves)
      pieces += piece[(first - from) * MotionEncoder.token..<(end - from) * MotionEncoder.token]
    }
    let error = relativeError(pieces, whole)
    print("MotionEncoder in pieces against whole: relative L2 \(error)")
    #expect(error < 1e-6)
  }

  @Test func textEncoder() throws {
    let tokenizer = try WordPieceTokenizer(Storage(path: Fixtures.model.appending(path: "vocab.txt").path))
    let network = try TextEncoder(Fixtures.weights("text_encoder"))
    let (states, mean) = network(tokenizer("rain, thunder & wind; far-away bells (soft)"))
    check("TextEncoder states", states, try Fixtures.expected("text_encoder", "states"))
    check("TextEncoder mean", mean, try Fixtures.expected("text_encoder", "mean"))
  }

  /// Context keys and values computed once per chunk equal PyTorch's masked attention over everything; guidance; sampling.
  @Test(arguments: Precision.allCases) func diffusionTransformer(precision: Precision) throws {
    let network = try DiffusionTransformer(Fixtures.weights("diffusion_transformer"), Fixtures.diffusion(), precision: precision)
    let isHalf = precision == .bfloat16 && KernelLevel.current >= .avx512bf16
    func check(_ name: String, _ ours: [Float], _ theirs: [Float]) {
      let error = relativeError(ours, theirs)
      print("parity \(name) \(isHalf ? "bf16" : "f32"): relative L2 \(error)")
      #expect(error <= (isHalf ? 1e-2 : 1e-5), "\(name)")
    }
    let tokenizer = try WordPieceTokenizer(Storage(path: Fixtures.model.appending(path: "vocab.txt").path))
    let text = try TextEncoder(Fixtures.weights("text_encoder"))
    let scratch = Scratch()
    let n = 24, past = 10, rows = n - past
    let x = Fixtures.wave(n * Codec.latent, 0.61), motion = Fixtures.wave(n * MotionEncoder.token, 0.29, 0.5)
    func conditions(_ prompt: String, visual: [Float]?, motion: Bool) -> Conditions {
      var c = Conditions.none
      c.motion = motion ? .seen : .none
      if let visual { c.visual = visual }
      let (states, mean) = text(tokenizer(prompt))
      c.states = states
      c.prompt = mean.map { $0 * Float(384).squareRoot() }
      return c
    }
    let guided = conditions("rain, thunder & wind; far-away bells (soft)", visual: Fixtures.wave(384, 0.53), motion: true)
    let away = conditions("engine", visual: nil, motion: false)
    let context = Array(x.prefix(past * Codec.latent)), contextMotion = Array(motion.prefix(past * MotionEncoder.token))
    let fresh = Array(x.dropFirst(past * Codec.latent)), freshMotion = Array(motion.dropFirst(past * MotionEncoder.token))
    let chunk = network.prepare(
      context: context, contextMotion: contextMotion, motion: freshMotion, sets: [[guided, away]], scratch: scratch)
    var velocity = [Float](repeating: 0, count: 2 * rows * Codec.latent)
    for (time, name) in [(Float(0), "velocity_0"), (0.35, "velocity_35")] {
      network.velocity(fresh, time: time, chunk: chunk, into: &velocity, scratch: scratch)
      check(
        "DiffusionTransformer \(name)", Array(velocity.prefix(rows * Codec.latent)),
        try Fixtures.expected("diffusion_transformer", name))
    }
    let alone = network.prepare(
      context: [], contextMotion: [], motion: freshMotion, sets: [[Conditions.none]], scratch: scratch)
    var single = [Float](repeating: 0, count: rows * Codec.latent)
    network.velocity(fresh, time: 0.35, chunk: alone, into: &single, scratch: scratch)
    check(
      "DiffusionTransformer unconditional", single, try Fixtures.expected("diffusion_transformer", "velocity_alone"))
    var sampled = fresh
    let sampler = FlowMatchingSampler(steps: 4, guidance: [Guidance(scale: 2.5, rescale: 0.8)], timeShift: 1.5)
    let finished = sampler.sample(&sampled, with: network, chunk: chunk, scratch: scratch)
    #expect(finished)
    check("FlowMatchingSampler, 4 guided steps", sampled, try Fixtures.expected("diffusion_transformer", "sampled"))
    var steady = fresh
    let goingOn = FlowMatchingSampler(steps: 4, guidance: [Guidance(scale: 2.5, rescale: 0.8, isSteady: true)], timeShift: 1.5)
    #expect(goingOn.sample(&steady, with: network, chunk: chunk, scratch: scratch))
    check("FlowMatchingSampler, steady guidance", steady, try Fixtures.expected("diffusion_transformer", "sampled_steady"))
    #expect(!sampler.sample(&sampled, with: network, chunk: chunk, scratch: scratch, isCancelled: { true }))
    if isHalf { return }
    // A small network into which guidance is built.
    var config = DiffusionConfig()
    (config.width, config.depth, config.heads, config.mlp, config.guidance) = (32, 2, 2, 2, 8)
    let small = try DiffusionTransformer(Fixtures.weights(in: Fixtures.folder, "guided_transformer"), config)
    func builtIn(scale: Float) -> [Float] {
      var conditions = guided
      conditions.scale = scale
      let branch = small.prepare(
        context: context, contextMotion: contextMotion, motion: freshMotion, sets: [[conditions]], scratch: scratch)
      var out = fresh
      #expect(sampler.sample(&out, with: small, chunk: branch, scratch: scratch))
      return out
    }
    let whole = builtIn(scale: 2.5)
    check("FlowMatchingSampler, guidance built in", whole, try Fixtures.expected("diffusion_transformer", "sampled_built_in"))
    #expect(relativeError(builtIn(scale: 1), whole) > 1e-2)
  }

  @Test func audioDecoder() throws {
    let network = try AudioDecoder(Fixtures.weights("audio_decoder"), width: 256, depth: 6, inner: 768)
    let latents = Fixtures.wave(20 * Codec.latent, 0.173, 0.8)
    let noise = Fixtures.wave(80 * AudioDecoder.noisePerFrame, 0.7, 1.4)
    var partials = PartialStream()
    let samples = network(latents, first: 0, noise: noise, partials: &partials, scratch: Scratch())
    var thinned: [Float] = []
    for channel in 0..<2 { thinned += stride(from: 0, to: 20 * 2048, by: 8).map { samples[channel * 20 * 2048 + $0] } }
    check("AudioDecoder", thinned, try Fixtures.expected("audio_decoder", "samples"))
  }

  /// Decoding pieces with the documented margins gives what decoding the whole gives, also when the latents after a piece may still change.
  @Test func audioDecoderInPieces() throws {
    let network = try AudioDecoder(Fixtures.weights("audio_decoder"), width: 256, depth: 6, inner: 768)
    let latents = Fixtures.wave(60 * Codec.latent, 0.173, 0.8), noise = NoiseSource(seed: 7), scratch = Scratch()
    var partials = PartialStream()
    let whole = network(latents, first: 0, noise: noise, partials: &partials, scratch: scratch)
    partials = PartialStream()
    var ours: [Float] = [], theirs: [Float] = []
    for first in stride(from: 0, to: 48, by: 8) {
      let from = max(0, first - AudioDecoder.lookBack), to = first + 8 + AudioDecoder.lookAhead
      let piece = network(
        Array(latents[from * Codec.latent..<to * Codec.latent]), first: from, final: first % 16 == 0 ? to : first + 8, noise: noise,
        partials: &partials, scratch: scratch)
      for channel in 0..<2 {
        let inPiece = channel * (to - from) * 2048 + (first - from) * 2048
        let inWhole = channel * 60 * 2048 + first * 2048
        ours += piece[inPiece..<inPiece + 8 * 2048]
        theirs += whole[inWhole..<inWhole + 8 * 2048]
      }
    }
    let error = relativeError(ours, theirs)
    print("AudioDecoder in pieces against whole: relative L2 \(error)")
    #expect(error < 1e-6)
  }
}
