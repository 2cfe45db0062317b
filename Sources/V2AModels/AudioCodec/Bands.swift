import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// The codec's fixed geometry: 48 kHz stereo, 4 spectral frames of 512 samples per latent, 64 mel bands, 6 stereo regions, 88 slots
/// of partials.
public enum Codec {
  public static let rate = 48_000
  public static let hop = 512
  public static let fft = 1024
  public static let bins = fft / 2 + 1
  public static let frames = 4
  public static let latentHop = hop * frames
  public static let bands = 64
  public static let regions = 6
  public static let components = 52
  public static let envelope = components + 2 * regions
  public static let latent = envelope + Partials.slots
  /// Energy that counts as silence.
  static let floor: Float = 1e-9

  /// Linear interpolation between band centres [bands, bins]; every bin's column sums to 1, edges are held.
  static func synthesisBands() -> Tensor {
    let centres = melCentres()
    let weights = Tensor(shape: [bands, bins])
    for bin in 0..<bins {
      let k = min(max(Double(bin), centres[0]), centres[bands - 1])
      var i = 1
      while i < bands - 1 && centres[i] <= k { i += 1 }
      let fraction = (k - centres[i - 1]) / (centres[i] - centres[i - 1])
      weights.data[(i - 1) * bins + bin] = Float(1 - fraction)
      weights.data[i * bins + bin] += Float(fraction)
    }
    return weights
  }

  /// `synthesisBands` with rows that sum to 1: averages of a band's bins.
  static func analysisBands() -> Tensor {
    let weights = synthesisBands()
    for band in 0..<bands {
      let row = weights.data + band * bins
      var sum = 0.0
      for bin in 0..<bins { sum += Double(row[bin]) }
      for bin in 0..<bins { row[bin] = Float(Double(row[bin]) / sum) }
    }
    return weights
  }

  /// Band centres in FFT bins: equally spaced on 2595 log10(1 + f / 700) from 30 Hz to 22.5 kHz, at least a bin apart.
  private static func melCentres() -> [Double] {
    func mel(_ f: Double) -> Double { 2595 * log10(1 + f / 700) }
    let low = mel(30), high = mel(22_500)
    var centres: [Double] = []
    for i in 0..<bands {
      let m = low + (high - low) * Double(i) / Double(bands - 1)
      var bin = 700 * (pow(10, m / 2595) - 1) / Double(rate) * Double(fft)
      if let last = centres.last { bin = max(bin, last + 1) }
      centres.append(bin)
    }
    return centres
  }

  /// Region of each band: edges are round(64 r / 6).
  static let regionOfBand: [Int] = {
    let edges = (0...regions).map { Int((Double($0) * Double(bands) / Double(regions)).rounded(.toNearestOrEven)) }
    return (0..<bands).map { band in edges.lastIndex { $0 <= band } ?? 0 }
  }()
}
