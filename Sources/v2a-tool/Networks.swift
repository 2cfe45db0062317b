import ArgumentParser
import V2ACheckpoint
import V2AEngine
import V2AModels
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times single networks for evaluation/speed.py.",
    discussion: """
      Reads lines of NETWORK, f32 or bf16, SECONDS, INPUTS and OUTPUT, separated by tabs. INPUTS is a safetensors file, OUTPUT a \
      file for the network's output as 32-bit floats, or -. Answers with the seconds of the median call. NETWORK "peak": answers \
      with operations per second.
      """)

  @Option(help: "Model folder.") var model: String
  @Option(help: "Threads: 1, or 2 where a network can use them.") var threads = 1

  /// One thread is timed by its own clock, which other programs do not disturb.
  private var clock: clockid_t { threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID }

  func run() throws {
    let helper = threads > 1 ? Helper() : nil
    var known: [String: TimedNetwork] = [:]
    while let line = readLine() {
      let words = line.split(separator: "\t").map(String.init)
      guard words.count == 5, let precision = Precision(rawValue: words[1]), let seconds = Double(words[2]) else {
        throw ValidationError("five words are expected: \(line)")
      }
      if words[0] == "peak" {
        answer(peak(precision, seconds: seconds, helper))
        continue
      }
      do throws(CheckpointError) {
        let key = words[0] + words[1]
        if known[key] == nil {
          known[key] = try TimedNetwork(words[0], precision, model: model, inputs: words[3], helper: helper)
        }
        guard let network = known[key] else {
          print("unknown")
          fflush(nil)
          continue
        }
        let output = network.run()
        if words[4] != "-" { try write(output, to: words[4]) }
        answer(median(of: network, seconds: seconds))
      } catch {
        throw ValidationError(error.message)
      }
    }
  }

  private func answer(_ x: Double) {
    print(x)
    fflush(nil)
  }

  private func median(of network: TimedNetwork, seconds: Double) -> Double {
    var times: [Double] = []
    let end = now(clock) + seconds
    while times.count < 3 || now(clock) < end {
      let begun = now(clock)
      _ = network.run()
      times.append(now(clock) - begun)
    }
    return times.sorted()[times.count / 2]
  }

  private final class PeakWork: SharedWork {
    let precision: Precision
    var operations = 0.0
    init(_ precision: Precision) { self.precision = precision }
    func run() { operations += Peak.run(precision, operations: 1e9) }
  }

  private func peak(_ precision: Precision, seconds: Double, _ helper: Helper?) -> Double {
    let here = PeakWork(precision), there = PeakWork(precision)
    let begun = now(clock)
    while now(clock) - begun < seconds {
      if let helper { helper.run(there) { here.run() } } else { here.run() }
    }
    return (here.operations + there.operations) / (now(clock) - begun)
  }

  private func write(_ values: [Float], to path: String) throws(CheckpointError) {
    let file = fopen(path, "wb")
    guard let file else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    defer { fclose(file) }
    _ = values.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
  }
}

/// A network with fixed inputs.
private final class TimedNetwork {
  let run: () -> [Float]

  /// nil: there is no such network, or none in that precision.
  init?(_ name: String, _ precision: Precision, model: String, inputs: String, helper: Helper?) throws(CheckpointError) {
    func weights(_ stem: String) throws(CheckpointError) -> Weights {
      Weights(try SafetensorsFile(Storage(path: "\(model)/\(stem).safetensors")))
    }
    let given = try SafetensorsFile(Storage(path: inputs))
    func input(_ name: String) throws(CheckpointError) -> [Float] {
      guard let entry = given.entry(name) else { throw .missingTensor(name: name) }
      return try Weights(given).tensor(name, shape: entry.shape).values
    }
    let configuration = try Storage(path: "\(model)/config.json")
    let json = try JSON.parse(configuration.bytes)
    withExtendedLifetime(configuration) {}
    let scratch = Scratch()
    let x = try input("x")
    switch name {
    case "diffusion step":
      guard let sizes = json["diffusion_transformer"] else { return nil }
      let network = try DiffusionTransformer(weights("diffusion_transformer"), DiffusionConfig(sizes), precision: precision)
      var guided = Conditions.none
      (guided.visual, guided.prompt, guided.states) = (try input("visual"), try input("prompt"), try input("text"))
      guided.motion = .seen
      let context = try input("context"), motion = try input("motion")
      let past = context.count / network.config.latent * network.config.motion
      let chunk = network.prepare(
        context: context, contextMotion: Array(motion.prefix(past)), motion: Array(motion.dropFirst(past)),
        sets: [[guided, .none]], scratch: scratch)
      let latents = Tensor(shape: [x.count], x), velocity = Tensor(shape: [2 * x.count])
      let time = try input("time")
      let step = DiffusionPass(network, chunk, x: latents.data, into: velocity.data, scratch: scratch, helper: helper)
      run = {
        step(time: time.first ?? 0)
        withExtendedLifetime(latents) {}
        return velocity.values
      }
    case "EfficientNet-Lite0":
      let network = try FrameEncoder(weights("frame_encoder"), precision: precision)
      run = { network(planes: x, scratch: scratch, helper: helper).probabilities }
    case "audio decoder":
      guard precision == .float32, let sizes = json["audio_decoder"], let width = sizes["width"]?.integer,
        let depth = sizes["depth"]?.integer, let inner = sizes["inner"]?.integer
      else { return nil }
      let network = try AudioDecoder(weights("audio_decoder"), width: width, depth: depth, inner: inner)
      let count = x.count / Codec.envelope
      run = {
        Array(
          UnsafeBufferPointer(
            start: network.backbone(x, count: count, scratch: scratch, helper: helper), count: count * Codec.frames * width))
      }
    case "MiniLM":
      guard precision == .float32 else { return nil }
      let network = try TextEncoder(weights("text_encoder"))
      let ids = x.map { Int($0) }
      run = { network(ids).states }
    case "motion, 48 frames":
      guard precision == .float32 else { return nil }
      let network = try MotionEncoder(weights("motion_encoder"))
      let size = MotionEncoder.side * MotionEncoder.side
      let frames = (0..<x.count / size).map { Array(x[$0 * size..<($0 + 1) * size]) }
      run = {
        var memory = MotionMemory()
        let features = frames.flatMap { network.frame($0, memory: &memory, scratch: scratch) }
        var tokens = [Float](repeating: 0, count: frames.count * MotionEncoder.token)
        network.tokens(features, rows: frames.count, into: &tokens, scratch: scratch)
        return tokens
      }
    default: return nil
    }
  }
}
