/// How dull a sound is, 0 to 1, frame by frame: 10 log10 of the energy below 1.4 kHz over that above it up to 11.3 kHz, averaged over half a
/// second of sound.
struct Dullness {
  /// Ratio in dB at which a sound begins to be dull, and from there to where it is wholly so.
  private static let begins: Float = 16, width: Float = 8
  /// Part of a frame in the average: 1 / (0.02 * 93.75) = 0.53 s.
  private static let share: Float = 0.02
  /// Energy of a frame that counts as sound.
  private static let silence: Float = 1e-6

  private var ratio: Float = 0

  /// Energy of each band in the next frame -> dullness.
  mutating func callAsFunction(_ energy: [Float]) -> Float {
    var low: Float = 1e-12, high: Float = 1e-12
    for b in energy.indices {
      if b < MaskingModel.lowBands { low += energy[b] } else { high += energy[b] }
    }
    if low + high > Self.silence { ratio += Self.share * (decibels(low / high) - ratio) }
    return min(max((ratio - Self.begins) / Self.width, 0), 1)
  }
}
