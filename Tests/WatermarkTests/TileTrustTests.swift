import Testing
@testable import V2AWatermark

@Suite struct TileTrustTests {
  private let bands = Layout.bands
  private let key = WatermarkKey.standard
  private let count = 160

  /// Correlation of the payload's tiles with their signs, in standard deviations: each tile trusted alike, and as `TileTrust` says.
  /// `height`: of the mark in each band against noise of 1/2.
  private func read(seed: UInt64, payload: UInt32 = 99, height: (Int) -> Float) -> (plain: Float, trusted: Float) {
    let chips = key.chips(payload)
    var numbers = Numbers(state: seed)
    let places = (0..<count).map { TileTrust.Place(frame: $0, slot: $0 % Layout.slots) }
    var evidence: [Float] = [], levels: [Float] = []
    for place in places {
      for b in 0..<bands {
        evidence.append(height(b) * chips[place.slot * bands + b] + numbers.noise())
        levels.append(20 * numbers.noise())
      }
    }
    var plain = [Float](repeating: 0, count: Layout.tiles), trusted = plain
    for (i, e) in evidence.enumerated() { plain[places[i / bands].slot * bands + i % bands] += e }
    TileTrust(places, levels: levels, stride: bands, frames: count).fold(evidence, sync: key.sync, into: &trusted)
    func correlation(_ tiles: [Float]) -> Float {
      var sum: Float = 0, square: Float = 0
      for i in tiles.indices where key.scramble[i] != 0 {
        sum += tiles[i] * chips[i]
        square += tiles[i] * tiles[i]
      }
      return sum / square.squareRoot()
    }
    return (correlation(plain), correlation(trusted))
  }

  /// Sums over eight sounds.
  private func sums(_ height: (Int) -> Float) -> (plain: Float, trusted: Float) {
    (60..<68 as Range<UInt64>).map { read(seed: $0, height: height) }.reduce((0, 0)) { ($0.0 + $1.plain, $0.1 + $1.trusted) }
  }

  /// Where the upper half of the bands says nothing, that is noticed, and the payload stands out more.
  @Test func silencesWhatDoesNotAgree() {
    let (plain, trusted) = sums { $0 < Layout.bands / 2 ? 0.12 : 0 }
    #expect(plain > 8 * 4 && trusted > 1.12 * plain, "\(plain) \(trusted)")
  }

  /// Where all say the same, little is lost to what was learnt.
  @Test func keepsWhatIsAlike() {
    let (plain, trusted) = sums { _ in 0.08 }
    #expect(plain > 8 * 4 && trusted > 0.96 * plain, "\(plain) \(trusted)")
  }

  /// What is learnt from the synchronisation speaks for no payload: on noise, and where the payload is another.
  @Test func chanceStaysChance() {
    let values = (0..<60).map { read(seed: 100 + $0, payload: UInt32($0)) { _ in 0 }.trusted }
    let square = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(square > 0.5 && square < 1.6 && values.allSatisfy { abs($0) < 4 }, "\(square)")
  }

  /// Silence is trusted and says nothing; so does no place at all.
  @Test func silenceIsHarmless() {
    var tiles = [Float](repeating: 0, count: Layout.tiles)
    let rows = [Float](repeating: 0, count: 4 * bands)
    let places = (0..<4).map { TileTrust.Place(frame: $0, slot: $0) }
    TileTrust(places, levels: rows, stride: bands, frames: 4).fold(rows, sync: key.sync, into: &tiles)
    TileTrust([], levels: rows, stride: bands, frames: 4).fold(rows, sync: key.sync, into: &tiles)
    #expect(tiles.allSatisfy { $0 == 0 })
  }
}
