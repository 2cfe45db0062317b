/// How far each tile's evidence is to be trusted, learnt from the sound itself: once the mark is found, the signs of the tiles for
/// synchronisation are known, and what their evidence is worth in loud and quiet, low and high, early and late tiles holds for those
/// that bear the payload too. A ridge regression of the signs; the payload's tiles have no part in it, so chance stays chance.
struct TileTrust {
  /// A tile of the pattern in the sound: its first frame, its slot.
  struct Place: Equatable {
    let frame: Int
    let slot: Int
  }

  private static let features = 10
  /// What the tiles must say together, in squared standard deviations, before trust moves half the way.
  private static let prior = 5.0
  /// Least trust, of 1 for all alike.
  private static let least: Float = 0.1

  private let places: [Place]
  /// Rank of a place's level in its band, [places, bands], and of its loudness among all, -1 to 1.
  private var heights: [Float]
  private var loudness: [Float]

  /// `levels`: frame f's bands begin at `levels` + f * `stride`.
  init(_ places: [Place], levels: UnsafePointer<Float>, stride: Int, frames: Int) {
    let bands = Layout.bands, count = places.count
    self.places = places
    heights = [Float](repeating: 0, count: count * bands)
    loudness = [Float](repeating: 0, count: count)
    for (i, place) in places.enumerated() {
      let end = min(place.frame + Layout.slotFrames, frames)
      for b in 0..<bands {
        for f in place.frame..<end { heights[i * bands + b] += levels[f * stride + b] }
        heights[i * bands + b] /= Float(end - place.frame)
        loudness[i] += heights[i * bands + b]
      }
    }
    loudness = Self.ranks(loudness)
    for b in 0..<bands {
      let ranks = Self.ranks((0..<count).map { heights[$0 * bands + b] })
      for i in 0..<count { heights[i * bands + b] = ranks[i] }
    }
  }

  /// Adds each place's evidence to its tile of `tiles`, [slots, bands], by as much as it is trusted. `evidence`: [frames, bands];
  /// `sync`: signs of the tiles for synchronisation, 0 elsewhere.
  func fold(_ evidence: UnsafePointer<Float>, sync: [Float], into tiles: UnsafeMutablePointer<Float>) {
    let bands = Layout.bands
    var agreement: Float = 0, energy: Float = 1e-6
    for place in places {
      for b in 0..<bands where sync[place.slot * bands + b] != 0 {
        let e = evidence[place.frame * bands + b]
        agreement += e * sync[place.slot * bands + b]
        energy += e * e
      }
    }
    let slope = agreement / energy
    let weights = slope > 0 ? regression(evidence, sync, slope) : [Float](repeating: 0, count: Self.features)
    var x = weights
    for (i, place) in places.enumerated() {
      for b in 0..<bands {
        describe(i, b, &x)
        var trust: Float = 1
        for k in x.indices { trust += weights[k] * x[k] }
        tiles[place.slot * bands + b] += max(trust, Self.least) * evidence[place.frame * bands + b]
      }
    }
  }

  /// What a tile is like: nothing of it depends on the evidence.
  private func describe(_ place: Int, _ band: Int, _ x: inout [Float]) {
    let height = heights[place * Layout.bands + band], loud = loudness[place]
    let pitch = 2 * Float(band) / Float(Layout.bands - 1) - 1
    let time = 2 * Float(place) / Float(max(1, places.count - 1)) - 1
    let third: Float = 1 / 3
    x[0] = height
    x[1] = pitch
    x[2] = height * pitch
    x[3] = height * height - third
    x[4] = pitch * pitch - third
    x[5] = loud
    x[6] = loud * loud - third
    x[7] = loud * pitch
    x[8] = time
    x[9] = time * time - third
  }

  /// Weights of the description, by which a sign is best told as slope * (1 + weights * description) * evidence.
  private func regression(_ evidence: UnsafePointer<Float>, _ sync: [Float], _ slope: Float) -> [Float] {
    let n = Self.features, bands = Layout.bands
    var matrix = [Double](repeating: 0, count: n * n), right = [Double](repeating: 0, count: n)
    var x = [Float](repeating: 0, count: n)
    for (i, place) in places.enumerated() {
      for b in 0..<bands where sync[place.slot * bands + b] != 0 {
        describe(i, b, &x)
        let told = slope * evidence[place.frame * bands + b], error = sync[place.slot * bands + b] - told
        for k in 0..<n {
          right[k] += Double(x[k] * told * error)
          for j in 0...k { matrix[k * n + j] += Double(x[k] * x[j] * told * told) }
        }
      }
    }
    for k in 0..<n {
      matrix[k * n + k] += Self.prior
      for j in 0..<k { matrix[j * n + k] = matrix[k * n + j] }
    }
    // Symmetric and above `prior` in all directions: elimination without exchange of rows.
    for k in 0..<n {
      for i in k + 1..<n {
        let factor = matrix[i * n + k] / matrix[k * n + k]
        for j in k..<n { matrix[i * n + j] -= factor * matrix[k * n + j] }
        right[i] -= factor * right[k]
      }
    }
    for k in (0..<n).reversed() {
      for j in k + 1..<n { right[k] -= matrix[k * n + j] * right[j] }
      right[k] /= matrix[k * n + k]
    }
    return right.allSatisfy(\.isFinite) ? right.map { Float($0) } : [Float](repeating: 0, count: n)
  }

  /// Ranks of values, -1 to below 1; of equal ones the first is lower.
  private static func ranks(_ values: [Float]) -> [Float] {
    var ranks = values
    for (rank, i) in values.indices.sorted(by: { (values[$0], $0) < (values[$1], $1) }).enumerated() {
      ranks[i] = 2 * Float(rank) / Float(values.count) - 1
    }
    return ranks
  }
}
