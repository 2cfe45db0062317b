import CKernels

/// How far a band may be raised or lowered without being heard, frame by frame: excitation spread over the Bark scale, masking
/// index between those of noise and of tones by spectral flatness (Johnston 1988), threshold in quiet (Terhardt 1979).
struct MaskingModel {
  /// Largest change of level in dB below 1.4 kHz, to 5.75 kHz and above, set by measured quality (ODG): low bands are the most heard
  /// for what they carry. Margin below the masking threshold in dB.
  static let caps: (low: Float, middle: Float, high: Float) = (0.54, 1.46, 1.16)
  /// The first of them where the sound is dull, which has little but low bands to bear the mark.
  static let dullCap: Float = 1.5
  static let margin: Float = 3

  /// Middle of each band in Hz, and the largest change of level there.
  private static let centre = (0..<Layout.bands).map { (Layout.edges[$0] * Layout.edges[$0 + 1]).squareRoot() }
  static let cap: [Float] = centre.map { $0 < 1400 ? caps.low : $0 < 5750 ? caps.middle : caps.high }
  static let lowBands = centre.count { $0 < 1400 }

  private var dullness = Dullness()
  private let edges = Layout.edgesInBins(scale: 1)
  private let widths: [Float]
  private let bark: [Float]
  /// Power per band of the threshold in quiet; full scale is taken as 96 dB SPL.
  private let quiet: [Float]
  private let towardsHigh: [Float], towardsLow: [Float]
  private var flatness = [Float](repeating: 0, count: Layout.bands)
  private var previous = [Float](repeating: 0, count: Layout.bands)
  private var audible = [Float](repeating: 0, count: Layout.bins)
  private var levels = [Float](repeating: 0, count: Layout.bins)
  private var energy = [Float](repeating: 0, count: Layout.bands)
  private var logs = [Float](repeating: 0, count: Layout.bands)
  private var spread = [Float](repeating: 0, count: Layout.bands)

  init() {
    let z = Self.centre.map { 13 * arctangent(0.00076 * $0) + 3.5 * arctangent($0 / 7500 * $0 / 7500) }
    bark = z.map { Float($0) }
    widths = (0..<Layout.bands).map { [edges] in edges[$0 + 1] - edges[$0] }
    // A full-scale sine has power (frame / 4)^2 * 2 in the transform of a root-Hann window, roughly.
    let fullScale = Double(Layout.frame * Layout.frame) / 8
    quiet = Self.centre.map { f in
      let k = f / 1000
      let spl = 3.64 * power(k, -0.8) - 6.5 * power(2.718281828, -0.6 * (k - 3.3) * (k - 3.3)) + 1e-3 * power(k, 4)
      return Float(fullScale * power(10, (spl - 96) / 10))
    }
    // Slopes of the spreading function: 10 dB/Bark towards high, 27 dB/Bark towards low frequencies.
    towardsHigh = (0..<Layout.bands).map { $0 == 0 ? 0 : Float(power(10, -1.0 * (z[$0] - z[$0 - 1]))) }
    towardsLow = (0..<Layout.bands).map { $0 + 1 == Layout.bands ? 0 : Float(power(10, -2.7 * (z[$0 + 1] - z[$0]))) }
  }

  /// Power of bins -> largest change of each band's level in dB; both as the next frame of the stream.
  mutating func callAsFunction(_ power: [Float], into allowed: inout [Float]) {
    let bands = Layout.bands
    v2a_range_sums(&energy, power, edges, bands, Layout.bins)
    for k in 0..<Layout.bins { audible[k] = max(power[k], 1e-12) }
    v2a_decibel(&levels, audible, Layout.bins)
    v2a_range_sums(&logs, levels, edges, bands, Layout.bins)
    let lowCap = Self.caps.low + dullness(energy) * (Self.dullCap - Self.caps.low)
    // Excitation: each band and what spreads into it, without counting widths twice.
    var carried: Float = 0
    for b in 0..<bands {
      carried *= towardsHigh[b]
      carried = max(carried, energy[b])
      spread[b] = carried
    }
    carried = 0
    for b in stride(from: bands - 1, through: 0, by: -1) {
      carried *= towardsLow[b]
      carried = max(carried, energy[b])
      spread[b] = max(spread[b], carried)
    }
    for b in 0..<bands {
      // Flatness over five bands: one alone has too few bins.
      var sum: Float = 0, log: Float = 0, width: Float = 0
      for n in max(0, b - 2)...min(bands - 1, b + 2) {
        sum += energy[n]
        log += logs[n]
        width += widths[n]
      }
      let measure = min(max(decibels(max(sum / width, 1e-12)) - log / width, 0), 60)
      flatness[b] += 0.25 * (measure - flatness[b])
      let tonality = min(max((flatness[b] - 3.5) / 8, 0), 1)
      let index = tonality * (14.5 + 0.5 * bark[b]) + (1 - tonality) * 5.5
      let own = max(energy[b], 1e-12)
      let ratio = max(spread[b] * V2AWatermark.power(10, -(index + Self.margin) / 10), quiet[b]) / own
      // 20 log10(1 + sqrt(ratio)), and half of it where the band sets in: nothing masks what the frame brings before it.
      let decibel = 8.685889638 * logarithm(1 + ratio.squareRoot())
      let onset: Float = energy[b] > 16 * previous[b] ? 0.5 : 1
      previous[b] = max(energy[b], 0.5 * previous[b])
      let limit = onset * min(decibel, b < Self.lowBands ? lowCap : Self.cap[b])
      allowed[b] = limit.isFinite ? limit : 0
    }
  }
}
