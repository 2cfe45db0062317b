import V2AStreaming
import V2AWatermark

/// A generator whose sound is marked. The last samples of a window, `WatermarkEmbedder.latency` at most, come with the next one;
/// their numbers stay what they were.
public final class MarkedSoundtrack: SoundtrackGenerator {
  private let generator: any SoundtrackGenerator
  private let payload: UInt32
  private let key: WatermarkKey
  /// One a variation, and the number of the first sample that it holds.
  private var embedders: [WatermarkEmbedder] = []
  private var next: [Int64] = []

  public init(_ generator: any SoundtrackGenerator, payload: UInt32, key: WatermarkKey) {
    self.generator = generator
    self.payload = payload
    self.key = key
  }

  public var variations: [SoundtrackSettings] {
    get { generator.variations }
    set { generator.variations = newValue }
  }

  public func removeVariation(_ index: Int) {
    guard variations.count > 1 else { return }
    generator.removeVariation(index)
    if embedders.indices.contains(index) {
      embedders.remove(at: index)
      next.remove(at: index)
    }
  }

  public func append(_ frame: GridFrame) throws(EngineError) { try generator.append(frame) }

  public var isReady: Bool { generator.isReady }

  public func generateVariations(timeLeft: () -> Double?, isCancelled: () -> Bool) throws(EngineError) -> [AudioChunk] {
    mark(try generator.generateVariations(timeLeft: timeLeft, isCancelled: isCancelled))
  }

  public func skipVariations() throws(EngineError) -> [AudioChunk] { mark(try generator.skipVariations()) }

  public func finishVariations(totalSamples: Int64, isCancelled: () -> Bool, emit: ([AudioChunk]) -> Void) throws(EngineError) {
    // The last window waits for what the embedders hold back at its end.
    var held: [AudioChunk] = []
    try generator.finishVariations(totalSamples: totalSamples, isCancelled: isCancelled) { chunks in
      if !held.isEmpty { emit(held) }
      held = mark(chunks)
    }
    let rest = embedders.indices.map { i -> AudioChunk in
      let samples = Self.limited(embedders[i].finish())
      guard i < held.count else { return AudioChunk(firstSample: next[i], samples: samples, report: WindowReport()) }
      return AudioChunk(firstSample: held[i].firstSample, samples: held[i].samples + samples, report: held[i].report)
    }
    embedders = []
    next = []
    if rest.contains(where: { !$0.samples.isEmpty }) { emit(rest) }
  }

  public func reset() {
    generator.reset()
    embedders = []
    next = []
  }

  private func mark(_ chunks: [AudioChunk]) -> [AudioChunk] {
    chunks.enumerated().map { i, chunk in
      if i >= embedders.count {
        embedders.append(WatermarkEmbedder(payload: payload, key: key))
        next.append(chunk.firstSample)
      }
      let samples = Self.limited(embedders[i].append(chunk.samples))
      let first = next[i]
      next[i] += Int64(samples.count / 2)
      return AudioChunk(firstSample: first, samples: samples, report: chunk.report)
    }
  }

  private static func limited(_ samples: [Float]) -> [Float] { samples.map { min(max($0, -1), 1) } }
}
