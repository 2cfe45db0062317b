/// What a stretch of sound holds.
public struct WatermarkReport: Sendable, Equatable {
  /// The stretch that was looked at, in samples (per channel) from the start.
  public var start: Int64 = 0
  public var end: Int64 = 0
  /// Correlation with the mark in standard deviations, the best over all positions, speeds and pitches.
  public var score: Float = 0
  /// Score of the last two seconds at that position: tells where the mark begins and ends.
  public var recent: Float = 0
  /// The payload, when it could be read and its check holds, or when the mark is that of the expected payload.
  public var payload: UInt32?
  /// Playing speed and pitch against the original, as found.
  public var tempo = 1.0
  public var pitch = 1.0

  public var isPresent: Bool { score >= WatermarkDetector.threshold }
  /// 0 at the threshold of detection and below, towards 1 for scores above.
  public var confidence: Double { isPresent ? 1 - 0.5 * Double(WatermarkDetector.threshold / score) : 0 }

  public init() {}
}
