/// A picture on the latent grid, reduced to what the networks look at.
public struct GridFrame: Sendable, Equatable {
  public static let lumaSide = 64
  public static let colourSide = 224

  public let index: Int
  /// The whole picture squashed to 64 x 64 luma, 0..255.
  public let luma: [UInt8]
  /// Interleaved RGB 224 x 224 of the picture's centre, on every twelfth grid frame.
  public let rgb: [UInt8]?

  public init(index: Int, luma: [UInt8], rgb: [UInt8]?) {
    self.index = index
    self.luma = luma
    self.rgb = rgb
  }
}

/// A stretch of finished sound.
public struct AudioChunk: Sendable, Equatable {
  /// Number of the first sample, counted from the first frame.
  public let firstSample: Int64
  /// Interleaved stereo, 48 kHz.
  public let samples: [Float]
  public let report: WindowReport

  public init(firstSample: Int64, samples: [Float], report: WindowReport) {
    self.firstSample = firstSample
    self.samples = samples
    self.report = report
  }

  /// The part before sample number `end`.
  public func prefix(upTo end: Int64) -> AudioChunk {
    let wanted = min(max(0, end - firstSample), Int64(samples.count / 2))
    return AudioChunk(firstSample: firstSample, samples: Array(samples.prefix(2 * Int(wanted))), report: report)
  }
}

/// What happened in one window, for applications to show.
public struct WindowReport: Sendable, Equatable {
  public var steps = 0
  public var seconds = 0.0
  public var sight = Sight()
  public var prompt = ""

  public init() {}

  /// The time that it took does not count.
  public static func == (a: WindowReport, b: WindowReport) -> Bool {
    a.steps == b.steps && a.prompt == b.prompt && a.sight == b.sight
  }
}

/// Soundtracks of one stream: variations that share what is seen and differ in seed and prompts. Used from one thread.
public protocol SoundtrackGenerator: AnyObject {
  /// One a variation, at least one. Hop, context, steps and guidance scale of the first hold for all. A change of their number
  /// takes effect at the next window; a variation on top goes on from what the first has sounded like so far.
  var variations: [SoundtrackSettings] { get set }
  /// Ends a variation, unless it is the only one.
  func removeVariation(_ index: Int)
  /// Adds the next grid frame: numbers count from 0 without holes.
  func append(_ frame: GridFrame) throws(EngineError)
  /// Whether the frames that the next window needs are there.
  var isReady: Bool { get }
  /// Generates the next window and returns, per variation, the samples that have become final. Throws `.cancelled` when asked
  /// to stop. When `timeLeft` (seconds, nil: any) runs out, takes fewer steps.
  func generateVariations(timeLeft: () -> Double?, isCancelled: () -> Bool) throws(EngineError) -> [AudioChunk]
  /// Gives the next window up without sampling: what is known fades out into silence. Reported with 0 steps.
  func skipVariations() throws(EngineError) -> [AudioChunk]
  /// The stream has ended: holds the last frame and gives what is missing to exactly `totalSamples`.
  func finishVariations(totalSamples: Int64, isCancelled: () -> Bool, emit: ([AudioChunk]) -> Void) throws(EngineError)
  /// Forgets the stream; the next frame has number 0 again.
  func reset()
}

/// The first variation alone.
extension SoundtrackGenerator {
  public var settings: SoundtrackSettings {
    get { variations.first ?? SoundtrackSettings() }
    set { variations = [newValue] + variations.dropFirst() }
  }

  public func generateNext(isCancelled: () -> Bool) throws(EngineError) -> AudioChunk {
    guard let chunk = try generateVariations(timeLeft: { nil }, isCancelled: isCancelled).first else { throw .cancelled }
    return chunk
  }

  public func finish(totalSamples: Int64, isCancelled: () -> Bool, emit: (AudioChunk) -> Void) throws(EngineError) {
    try finishVariations(totalSamples: totalSamples, isCancelled: isCancelled) { $0.first.map(emit) }
  }
}
