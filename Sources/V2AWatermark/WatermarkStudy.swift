/// What the detector works on, for fitting its filter: levels of the bands and the signs that marked them.
public enum WatermarkStudy {
  private static let bands = Layout.bands

  /// Levels in dB of a whole stream of interleaved stereo, [frames, bands], unchanged in pitch; frame f begins at sample 512 f.
  public static func levels(_ samples: [Float]) -> [Float] {
    var rows: [Float] = []
    LevelAnalyzer().append(samples, channels: 2, into: &rows)
    let width = LevelAnalyzer.frameWidth, from = LevelAnalyzer.plain * bands
    return (0..<rows.count / width).flatMap { rows[$0 * width + from..<$0 * width + from + bands] }
  }

  /// Signs of one period of the mark from a stream's first slot on, [slots, bands].
  public static func signs(payload: UInt32, key: WatermarkKey = .standard) -> [Float] {
    let chips = key.chips(payload), first = key.firstSlot(payload) * bands
    return Array(chips[first...] + chips[..<first])
  }
}
