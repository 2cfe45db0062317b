#if canImport(Glibc)
  import Glibc
#endif

/// One sinusoid of a latent, on a grid of semitones above 55 Hz.
struct Partial: Equatable {
  /// (2 + ln(amplitude / 0.0005)) / 2.5
  var level: Double
  /// Semitones, fractional.
  var position: Double

  var amplitude: Double { Partials.quietest * exp(level * Partials.range - Partials.offset) }
}

/// The slots of a latent that carry its partials: one of level v at position p is (1 - f) v and f v in slots floor(p) and
/// floor(p) + 1, f = p - floor(p).
enum Partials {
  static let slots = 88
  static let lowest = 55.0
  static let quietest = 5e-4
  static let offset = 2.0
  static let range = 2.5
  /// Level below which slots are taken for noise, and the most that one can have.
  static let least = 0.56
  static let loudest = 4.2

  /// Turns per sample at a position.
  static func turn(_ position: Double) -> Double { lowest * exp2(position / 12) / Double(Codec.rate) }

  /// Partials of `slots` numbers, the strongest slot first.
  static func gather(_ values: UnsafePointer<Float>) -> [Partial] {
    var x = [Double](repeating: 0, count: slots + 2)
    for i in 0..<slots { x[i + 1] = min(max(0, Double(values[i])), 100) }
    var isFree = [Bool](repeating: true, count: slots + 2)
    isFree[0] = false
    isFree[slots + 1] = false
    var partials: [Partial] = []
    // Of equal slots the lower one comes first.
    for k in (1...slots).filter({ x[$0] >= least / 2 }).sorted(by: { (x[$1], $0) < (x[$0], $1) }) where isFree[k] {
      let left = isFree[k - 1] ? x[k - 1] : 0, right = isFree[k + 1] ? x[k + 1] : 0
      let neighbour = left > right ? k - 1 : k + 1
      let other = max(left, right)
      let level = x[k] + other
      isFree[k] = false
      guard level > least else { continue }
      isFree[neighbour] = false
      let position = (Double(k) * x[k] + Double(neighbour) * other) / level - 1
      partials.append(Partial(level: min(level, loudest), position: position))
    }
    return partials
  }
}
