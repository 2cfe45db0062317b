import ArgumentParser
import V2AEngine
import V2AStreaming

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generates sound for made-up pictures and prints the real-time factor (computing time / sound; below 1 is faster than real time).")

  @Option(help: "Model folder; default: the embedded model.") var model: String?
  @Option(help: "Seconds of sound.") var seconds = 20.0
  @Option(help: "Steps of the sampler.") var steps: Int?
  @Flag(help: "A picture that stands still, which is looked at once.") var still = false
  @Option(help: "Soundtracks that are generated together.") var variations = 1

  func run() throws {
    do throws(EngineError) {
      let clock = ContinuousClock()
      let begun = clock.now
      let model = try VideoToAudioModel.load(folder: model)
      let loaded = clock.now
      var settings = model.defaults
      if let steps { settings.steps = steps }
      settings.prompt = "rain"
      let soundtrack = try model.makeSoundtrack(settings)
      soundtrack.variations = (0..<max(1, variations)).map { i in
        var own = settings
        own.seed = UInt64(i)
        return own
      }
      let frames = Int(min(max(seconds, 2), 3600) * Double(LatentGrid.rate) / Double(LatentGrid.samplesPerLatent))
      var slowest = 0.0, samples = 0
      func note(_ chunk: AudioChunk) {
        slowest = max(slowest, chunk.report.seconds)
        samples += chunk.samples.count / 2
      }
      for k in 0..<frames {
        let luma = (0..<64 * 64).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ (still ? 0 : k) &* 3) }
        let rgb = k % LatentGrid.semanticInterval == 0 ? (0..<224 * 224 * 3).map { UInt8(truncatingIfNeeded: $0 / 300 &+ (still ? 0 : k)) } : nil
        let whole = rgb.map { WholePicture(rgb: $0, width: 1, height: 1) }
        try soundtrack.append(GridFrame(index: k, luma: luma, rgb: rgb, whole: whole))
        while soundtrack.isReady { try soundtrack.generateVariations(timeLeft: { nil }, isCancelled: { false }).first.map(note) }
      }
      let spent = (clock.now - loaded) / .seconds(1)
      let made = Double(samples) / 48_000
      print("load \((loaded - begun) / .milliseconds(1)) ms")
      print("\(settings.steps) steps: \(made) s of sound, \(max(1, variations)) times, in \(spent) s, real-time factor \(spent / max(made, 0.001)), slowest chunk \(slowest) s")
    } catch {
      throw ValidationError(error.message)
    }
  }
}
