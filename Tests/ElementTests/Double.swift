#if canImport(Glibc)
  import Glibc
#endif
import V2AElement
import V2AEngine
import V2AStreaming

/// A quick generator with the real one's manners: each latent sounds at the mean luma of its frame, left; right is the frame's
/// number, plus 1000 times the variation's seed. Counts what it is asked.
final class TestGenerator: SoundtrackGenerator {
  var variations: [SoundtrackSettings]
  private var frames: [GridFrame] = []
  private var levels: [Float] = []
  private var planner: WindowPlanner
  private var committed: Int64 = 0
  /// Milliseconds that a window with all its steps takes.
  nonisolated(unsafe) static var delay: UInt32 = 0
  nonisolated(unsafe) static var failure: EngineError?
  nonisolated(unsafe) static var seenFrames: [GridFrame] = []
  /// First sample and settings of every window.
  nonisolated(unsafe) static var windows: [(first: Int64, variations: [SoundtrackSettings])] = []
  nonisolated(unsafe) static var appended = 0

  init(_ settings: SoundtrackSettings) {
    variations = [settings]
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
  }

  /// Elements from now on get one of these, which takes its time to load.
  static func take(microseconds: UInt32) {
    Element.makeGenerator = { _, settings throws(EngineError) in
      usleep(microseconds)
      return TestGenerator(settings)
    }
  }

  func removeVariation(_ index: Int) {
    if variations.count > 1 && variations.indices.contains(index) { variations.remove(at: index) }
  }

  func append(_ frame: GridFrame) throws(EngineError) {
    guard frame.index == frames.count else { throw .invalidSetting(name: "frame", reason: "out of order") }
    hear(frame)
    Self.appended += 1
    if Self.seenFrames.count < 500 { Self.seenFrames.append(frame) }
  }

  private func hear(_ frame: GridFrame) {
    frames.append(frame)
    var sum = 0
    frame.luma.withUnsafeBufferPointer { for x in $0 { sum += Int(x) } }
    levels.append(Float(sum) / 4096 / 255)
  }

  var isReady: Bool { frames.count >= planner.next.framesNeeded }

  func generateVariations(timeLeft: () -> Double?, isCancelled: () -> Bool) throws(EngineError) -> [AudioChunk] {
    if let failure = Self.failure { throw failure }
    let step = Double(Self.delay) / 1000 / Double(settings.steps)
    let begun = now()
    var taken = 0
    while taken < settings.steps {
      taken += 1
      while now() - begun < Double(taken) * step {
        if isCancelled() { throw .cancelled }
        usleep(UInt32(max(100, min(5000, step * 1e6))))
      }
      if taken < settings.steps, let left = timeLeft(), left < 2 * step { break }
    }
    Self.windows.append((committed, variations))
    return advance(silent: false, steps: taken, seconds: now() - begun)
  }

  func skipVariations() throws(EngineError) -> [AudioChunk] { advance(silent: true, steps: 0, seconds: 0) }

  private func advance(silent: Bool, steps: Int, seconds: Double) -> [AudioChunk] {
    let window = planner.next
    planner.advance()
    let first = committed
    committed = max(first, window.committed)
    let hop = Int(LatentGrid.samplesPerLatent)
    return variations.map { settings in
      var samples: [Float] = []
      for latent in Int(first) / hop..<Int(committed) / hop {
        let k = min(latent, frames.count - 1)
        let right = Float(frames[k].index) + 1000 * Float(settings.seed)
        for _ in 0..<hop { samples += silent ? [0, 0] : [levels[k], right] }
      }
      var report = WindowReport()
      report.prompt = settings.prompt
      report.steps = steps
      report.seconds = seconds
      report.sight.things = [Sight.Thing(name: "electric ray", probability: 0.5), Sight.Thing(name: "cock", probability: 0.25)]
      report.sight.confidence = 0.73
      return AudioChunk(firstSample: first, samples: samples, report: report)
    }
  }

  func finishVariations(totalSamples: Int64, isCancelled: () -> Bool, emit: ([AudioChunk]) -> Void) throws(EngineError) {
    guard let last = frames.last else { return }
    while committed < totalSamples {
      while !isReady { hear(GridFrame(index: frames.count, luma: last.luma, rgb: last.rgb)) }
      emit(try generateVariations(timeLeft: { nil }, isCancelled: isCancelled).map { $0.prefix(upTo: totalSamples) })
    }
  }

  func reset() {
    frames.removeAll()
    levels.removeAll()
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
    committed = 0
  }

  static func restart() {
    delay = 0
    failure = nil
    seenFrames = []
    windows = []
    appended = 0
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
