/// How loud the parts of a spectrum may be on average over a chunk of a sound that goes on; louder chunks are brought down. What is generated
/// is continued by what is generated, so a sound that gets a little louder with each chunk would never stop.
///
/// The level of part h is linear in a chunk's mean latent z: base_h + sum over k of weight_hk z_k, the log energy averaged over a triangle of
/// bands; the triangles of neighbours fade into one another.
public struct Ceiling: Sendable {
  public static let parts = 8
  /// By how much a chunk is brought down at most, nepers of energy: 1 dB, which is not heard as a step.
  public static let most: Float = 0.23

  /// [parts], log energies.
  let levels: [Float]
  let base: [Float]
  /// Of each part [components]: what its level is made of, and how latents change where its energies grow by a factor e.
  let weights, changes: [[Float]]

  /// mean [4, 64], components [52, 4 * 64], offset and scale [52] of the codec's transform; levels in dB [parts].
  init(
    decibels: [Float], mean: UnsafePointer<Float>, components: UnsafePointer<Float>, offset: UnsafePointer<Float>, scale: UnsafePointer<Float>
  ) {
    levels = decibels.map { $0 * Float(0.23025851) }
    let values = Codec.frames * Codec.bands, span = Float(Codec.bands - 1) / Float(Self.parts - 1)
    var base: [Float] = [], weights: [[Float]] = [], changes: [[Float]] = []
    for part in 0..<Self.parts {
      let triangle = (0..<values).map { max(0, 1 - abs(Float($0 % Codec.bands) / span - Float(part))) }
      let area = triangle.reduce(0, +)
      let sums = (0..<Codec.components).map { k in triangle.indices.reduce(Float(0)) { $0 + triangle[$1] * components[k * values + $1] } }
      let average = triangle.indices.reduce(Float(0)) { $0 + triangle[$1] * mean[$1] } / area
      base.append(average + sums.indices.reduce(Float(0)) { $0 + sums[$1] * offset[$1] } / area)
      weights.append(sums.indices.map { sums[$0] * scale[$0] / area })
      changes.append(sums.indices.map { scale[$0] == 0 ? 0 : sums[$0] / scale[$0] })
    }
    (self.base, self.weights, self.changes) = (base, weights, changes)
  }

  /// Levels of the parts, mean over latents x [rows, 152].
  public func levels(of x: UnsafePointer<Float>, rows: Int) -> [Float] {
    guard rows > 0 else { return base }
    var mean = [Float](repeating: 0, count: Codec.components)
    for row in 0..<rows { for k in mean.indices { mean[k] += x[row * Codec.latent + k] / Float(rows) } }
    return zip(base, weights).map { base, weight in zip(weight, mean).reduce(base) { $0 + $1.0 * $1.1 } }
  }

  /// Whether every part of every latent lies far below the ceiling, as nothing but silence does.
  public func isSilence(_ x: UnsafePointer<Float>, rows: Int) -> Bool {
    (0..<rows).allSatisfy { row in
      zip(self.levels(of: x + row * Codec.latent, rows: 1), levels).allSatisfy { $0 < $1 - Self.silence }
    }
  }

  /// 45 dB, in nepers of energy.
  private static let silence: Float = 10.36

  /// Brings down what lies above the ceiling, by `most` nepers of energy at most.
  public func apply(to x: UnsafeMutablePointer<Float>, rows: Int, most: Float = Ceiling.most) {
    for ((level, highest), changes) in zip(zip(levels(of: x, rows: rows), levels), changes) where level > highest {
      let down = min(level - highest, most)
      for row in 0..<rows { for (k, change) in changes.enumerated() { x[row * Codec.latent + k] -= down * change } }
    }
  }
}
