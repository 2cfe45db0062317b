#if canImport(Glibc)
  import Glibc
#endif
import V2AEngine
import V2AStreaming

/// A quick generator with the real one's manners: each latent sounds at the mean luma of its frame, left; right is the
/// frame's number. Counts what it is asked.
final class TestGenerator: SoundtrackGenerator {
  var settings: SoundtrackSettings
  private var frames: [GridFrame] = []
  private var levels: [Float] = []
  private var planner: WindowPlanner
  private var committed: Int64 = 0
  nonisolated(unsafe) static var delay: UInt32 = 0
  nonisolated(unsafe) static var failure: EngineError?
  nonisolated(unsafe) static var seenFrames: [GridFrame] = []

  init(_ settings: SoundtrackSettings) {
    self.settings = settings
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
  }

  func append(_ frame: GridFrame) throws(EngineError) {
    guard frame.index == frames.count else { throw .invalidSetting(name: "frame", reason: "out of order") }
    hear(frame)
    Self.seenFrames.append(frame)
  }

  private func hear(_ frame: GridFrame) {
    frames.append(frame)
    var sum = 0
    frame.luma.withUnsafeBufferPointer { for x in $0 { sum += Int(x) } }
    levels.append(Float(sum) / 4096 / 255)
  }

  var isReady: Bool { frames.count >= planner.next.framesNeeded }

  func generateNext(isCancelled: () -> Bool) throws(EngineError) -> AudioChunk {
    if let failure = Self.failure { throw failure }
    for _ in 0..<(Self.delay / 5) {
      if isCancelled() { throw .cancelled }
      usleep(5000)
    }
    let window = planner.next
    planner.advance()
    let first = committed
    var samples: [Float] = []
    let hop = Int(LatentGrid.samplesPerLatent)
    for latent in Int(first) / hop..<Int(max(first, window.committed)) / hop {
      let k = min(latent, frames.count - 1)
      for _ in 0..<hop { samples += [levels[k], Float(frames[k].index)] }
    }
    committed = max(first, window.committed)
    var report = WindowReport()
    report.prompt = settings.prompt
    return AudioChunk(firstSample: first, samples: samples, report: report)
  }

  func finish(totalSamples: Int64, isCancelled: () -> Bool, emit: (AudioChunk) -> Void) throws(EngineError) {
    guard let last = frames.last else { return }
    while committed < totalSamples {
      while !isReady { hear(GridFrame(index: frames.count, luma: last.luma, rgb: last.rgb)) }
      let chunk = try generateNext(isCancelled: isCancelled)
      let wanted = Int(min(Int64(chunk.samples.count / 2), totalSamples - chunk.firstSample))
      if wanted > 0 {
        emit(AudioChunk(firstSample: chunk.firstSample, samples: Array(chunk.samples.prefix(2 * wanted)), report: chunk.report))
      }
    }
  }

  func reset() {
    frames.removeAll()
    levels.removeAll()
    planner = WindowPlanner(hop: settings.hop, context: settings.context)
    committed = 0
  }
}
