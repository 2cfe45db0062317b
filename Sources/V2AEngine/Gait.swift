#if canImport(Glibc)
  import Glibc
#endif

/// The up and down of somebody who walks or runs: whoever walks is lowest when both feet are on the ground, whoever runs when one has landed.
struct Gait: Equatable {
  /// Latents from one step to the next.
  let period: Float
  /// When the body is lowest, in latents from the last number on; one of many.
  let lowest: Float
  /// How far it goes up and down from the middle, in the unit of the numbers.
  let amplitude: Float
  /// How much of the numbers' movement it is, 0...1.
  let strength: Float

  /// Periods that are tried: 0.3 to 1 s, a hurried step to one in slow motion.
  private static let periods = stride(from: Float(7), through: 24, by: 0.5)
  /// How many periods there must be.
  private static let least: Float = 1.3

  /// The sinusoid in how low a body is, a number for each latent: with a parabola beside it, of least squares, of which the latest count most.
  /// nil where there are too few numbers.
  init?(_ heights: [Float]) {
    let count = heights.count
    var best: Gait?
    var rest: Double?
    for period in Self.periods where Float(count) >= Self.least * period {
      if rest == nil { rest = Self.fitted(heights, period: nil)?.error }
      guard let rest, rest > 0, let (solution, error) = Self.fitted(heights, period: Double(period)) else { continue }
      let strength = Float(1 - error / rest)
      guard strength.isFinite, strength > best?.strength ?? -1 else { continue }
      let (cosine, sine) = (Float(solution[3]), Float(solution[4]))
      best = Gait(
        period: period, lowest: atan2f(sine, cosine) / (2 * .pi) * period, amplitude: (cosine * cosine + sine * sine).squareRoot(), strength: strength)
    }
    guard let best else { return nil }
    self = best
  }

  init(period: Float, lowest: Float, amplitude: Float, strength: Float) {
    (self.period, self.lowest, self.amplitude, self.strength) = (period, lowest, amplitude, strength)
  }

  /// Weights of 1, t, t^2 and, with a period, cosine and sine; and the weighted sum of squares that is left.
  private static func fitted(_ heights: [Float], period: Double?) -> (solution: [Double], error: Double)? {
    let count = heights.count, terms = period == nil ? 3 : 5
    var normal = [Double](repeating: 0, count: terms * (terms + 1)), total = 0.0
    for (i, height) in heights.enumerated() {
      let t = Double(i - count + 1), u = t / Double(count), weight = max(0.2, 1 + t / 60)
      var basis = [1, u, u * u]
      if let period {
        let angle = 2 * Double.pi * t / period
        basis += [cos(angle), sin(angle)]
      }
      basis.append(Double(height))
      for a in 0..<terms { for b in 0...terms { normal[a * (terms + 1) + b] += weight * basis[a] * basis[b] } }
      total += weight * Double(height) * Double(height)
    }
    guard let solution = solved(normal, terms) else { return nil }
    let explained = (0..<terms).reduce(0) { $0 + solution[$1] * normal[$1 * (terms + 1) + terms] }
    return (solution, max(0, total - explained))
  }

  /// Solves [terms, terms + 1] of symmetric equations by elimination; nil where they say too little.
  private static func solved(_ equations: [Double], _ terms: Int) -> [Double]? {
    var m = equations
    let width = terms + 1
    for pivot in 0..<terms {
      guard m[pivot * width + pivot] > 1e-12 else { return nil }
      for row in 0..<terms where row != pivot {
        let share = m[row * width + pivot] / m[pivot * width + pivot]
        for column in pivot...terms { m[row * width + column] -= share * m[pivot * width + column] }
      }
    }
    return (0..<terms).map { m[$0 * width + terms] / m[$0 * width + $0] }
  }
}
