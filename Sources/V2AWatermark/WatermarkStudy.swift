/// What the detector works on, for fitting its filter: levels of the bands and the signs that marked them.
public enum WatermarkStudy {
  private static let bands = Layout.bands

  /// Levels in dB of a whole stream of interleaved stereo, of its middle, of its side, over a longer window and of the geometric means
  /// there, [frames, 5, bands], unchanged in pitch; frame f begins at sample 512 f.
  public static func levels(_ samples: [Float]) -> [Float] {
    var rows: [Float] = []
    let analyzer = LevelAnalyzer()
    analyzer.append(samples, channels: 2, into: &rows)
    analyzer.finish(into: &rows)
    let width = LevelAnalyzer.frameWidth
    var levels: [Float] = []
    for start in stride(from: 0, to: rows.count, by: width) {
      for group in [LevelAnalyzer.plain] + Array(LevelAnalyzer.middle..<LevelAnalyzer.groups) {
        levels += rows[start + group * bands..<start + (group + 1) * bands]
      }
    }
    return levels
  }

  /// Signs of one period of the mark from a stream's first slot on, [slots, bands].
  public static func signs(payload: UInt32, key: WatermarkKey = .standard) -> [Float] {
    let chips = key.chips(payload), first = key.firstSlot(payload) * bands
    return Array(chips[first...] + chips[..<first])
  }
}
