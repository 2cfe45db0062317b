/// The grid that everything hangs on: one latent is 2048 samples at 48 kHz, and grid frame k is the picture displayed in the
/// middle of latent k.
public enum LatentGrid {
  public static let rate: Int64 = 48_000
  public static let samplesPerLatent: Int64 = 2048
  /// Every so many grid frames, half a second, one is also looked at for what it shows.
  public static let semanticInterval = 12

  /// Time of grid frame k after the first frame, in nanoseconds: (k + 1/2) * 2048 / 48000 s.
  public static func time(ofFrame k: Int) -> Int64 {
    Timeline.nanoseconds(Int64(k).multipliedSaturated(by: samplesPerLatent).addingSaturated(samplesPerLatent / 2), rate: rate)
  }

  /// Number of latents that cover a duration: 0.2 s or 1 s as properties say it, at least one.
  public static func latents(inNanoseconds duration: Int64) -> Int {
    let samples = Timeline.samples(max(0, duration), rate: rate)
    return Int(max(1, min(1 << 30, samples.addingSaturated(samplesPerLatent / 2) / samplesPerLatent)))
  }

  /// Duration of a number of latents in nanoseconds.
  public static func nanoseconds(ofLatents n: Int) -> Int64 {
    Timeline.nanoseconds(Int64(n).multipliedSaturated(by: samplesPerLatent), rate: rate)
  }
}

extension Int64 {
  func multipliedSaturated(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
