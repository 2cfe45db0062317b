/// A picture on the latent grid, reduced to what the networks look at.
public struct GridFrame: Sendable, Equatable {
  public static let lumaSide = 64
  public static let colourSide = 224

  public let index: Int
  /// The whole picture squashed to 64 x 64 luma, 0..255.
  public let luma: [UInt8]
  /// Interleaved RGB 224 x 224 of the picture's centre, on every sixth grid frame.
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
}

/// What happened in one window, for applications to show.
public struct WindowReport: Sendable, Equatable {
  public var steps = 0
  public var seconds = 0.0
  /// Most probable ImageNet classes of the last seconds: index and probability.
  public var classes: [(index: Int, probability: Float)] = []
  public var prompt = ""

  public init() {}

  public static func == (a: WindowReport, b: WindowReport) -> Bool {
    a.steps == b.steps && a.prompt == b.prompt && a.classes.map(\.index) == b.classes.map(\.index)
  }
}

/// One soundtrack of one stream. Used from one thread.
public protocol SoundtrackGenerator: AnyObject {
  var settings: SoundtrackSettings { get set }
  /// Adds the next grid frame: numbers count from 0 without holes.
  func append(_ frame: GridFrame) throws(EngineError)
  /// Whether `generateNext` has the frames that it needs.
  var isReady: Bool { get }
  /// Generates the next chunk and returns the samples that have become final. Throws `.cancelled` when asked to stop.
  func generateNext(isCancelled: () -> Bool) throws(EngineError) -> AudioChunk
  /// The stream has ended: holds the last frame and gives what is missing to exactly `totalSamples`.
  func finish(totalSamples: Int64, isCancelled: () -> Bool, emit: (AudioChunk) -> Void) throws(EngineError)
  /// Forgets the stream; the next frame has number 0 again.
  func reset()
}
