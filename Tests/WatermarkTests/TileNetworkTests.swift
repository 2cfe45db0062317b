import CKernels
import Testing
@testable import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct TileNetworkTests {
  private let bands = Layout.bands

  private func noise(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var numbers = Numbers(state: seed)
    return (0..<count).map { _ in scale * numbers.noise() }
  }

  /// Row `t` of a matrix, the edge's beyond an edge.
  private func at(_ t: Int, _ count: Int) -> Int { min(max(t, 0), count - 1) }

  /// The maps are those of their definition, from any frame on.
  @Test func mapsAreAsDefined() {
    let frames = 70, levels = noise(frames * bands, seed: 1, scale: 20)
    var height = levels
    for f in 0..<frames {
      for b in 0..<bands {
        let mean = (-15...15).reduce(Float(0)) { $0 + levels[at(f + $1, frames) * bands + b] } / 31
        height[f * bands + b] = min(max(levels[f * bands + b] - mean, -20), 20)
      }
    }
    for first in [0, 40] {
      let count = frames - first
      var maps = [Float](repeating: 9, count: count * 2 * bands), deviation = [Float](repeating: 9, count: count * bands)
      var work = [Float](repeating: 0, count: (count + 15) * bands)
      v2a_tile_maps(&maps, 2 * bands, &deviation, levels, bands, frames, first, &work)
      for f in first..<frames {
        for b in 0..<bands {
          var sum: Float = 0
          for d in -2...2 {
            for t in -15...15 {
              let x = height[at(f + t, frames) * bands + at(b + d, bands)]
              sum += min(x * x, 150) / 155
            }
          }
          let i = (f - first) * bands + b, j = (f - first) * 2 * bands + b, x = height[f * bands + b]
          #expect(abs(deviation[i] - sum - 0.5) < 1e-3 * sum)
          #expect(abs(maps[j] - min(max(x / (sum + 0.5).squareRoot(), -3), 3)) < 1e-3)
          #expect(abs(maps[j + bands] - tanhf(0.11515 * x)) < 1e-4)
        }
      }
    }
  }

  /// The network is that of its definition, at the edges of time and bands too.
  @Test func signIsAsDefined() {
    let groups = [4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4], hidden = 3, inputs = 8 * 3 * 18, frames = 40
    let maps = noise(frames * 8 * bands, seed: 2), weights = noise((hidden + 1) * inputs, seed: 3, scale: 0.15)
    let bias = noise(hidden * bands, seed: 4), out = noise(hidden, seed: 5)
    for frame in [0, 20, 39] {
      var y = [Float](repeating: 9, count: bands)
      v2a_tile_network(&y, maps, frames, frame, weights, bias, out, hidden)
      for b in 0..<bands {
        var z: Float = 0
        for h in 0...hidden {
          var sum = h < hidden ? bias[h * bands + b] : 0
          for m in 0..<8 {
            var t = frame - 12
            for (j, group) in groups.enumerated() {
              for _ in 0..<group {
                func x(_ d: Int) -> Float { maps[(at(t, frames) * 8 + m) * bands + at(b + d, bands)] / Float(group).squareRoot() }
                for (k, value) in [x(0), x(-1) + x(1), x(-2) + x(2)].enumerated() {
                  sum += weights[h * inputs + (m * 3 + k) * 18 + j] * value
                }
                t += 1
              }
            }
          }
          z += h < hidden ? out[h] * max(sum, 0) : sum
        }
        #expect(abs(y[b] - 2 * tanhf(z / 2)) < 1e-3, "frame \(frame), band \(b)")
      }
    }
  }

  /// Descriptions of all tiles as they are defined, [14][frames * bands]. `others`: middle, side, long, geometric means.
  private func descriptions(
    _ rows: [Float], _ levels: [Float], _ others: [[Float]], frames: Int, silence: Float, settled: Float
  ) -> (about: [[Float]], sounds: [Bool]) {
    let slot = Layout.slotFrames, width = 5 * bands
    func tile(_ f: Int) -> Range<Int> { f..<min(f + slot, frames) }
    func means(_ x: [Float]) -> [Float] {
      (0..<frames * bands).map { i in tile(i / bands).reduce(0) { $0 + x[$1 * bands + i % bands] } / Float(tile(i / bands).count) }
    }
    func sounding(_ x: [Float]) -> [Bool] {
      (0..<frames * bands).map { i in tile(i / bands).allSatisfy { x[$0 * bands + i % bands] > silence } }
    }
    func lowest(_ x: [Float], _ b: Int) -> Float {
      let (height, sounds) = (means(x), sounding(x))
      return (0...frames - slot).map { $0 * bands + b }.filter { sounds[$0] }.map { height[$0] }.min() ?? 1e9
    }
    func clip(_ x: Float, _ low: Float, _ high: Float) -> Float { min(max(x, low), high) }
    let height = means(levels), sounds = sounding(levels), inner = means(others[0]), side = means(others[1])
    let peaked = means(zip(others[2], others[3]).map { $0 - $1 })
    let low = (0..<bands).map { lowest(levels, $0) }, itsLow = (0..<bands).map { lowest(others[0], $0) }
    let loud = (0..<frames).map { f in height[f * bands..<(f + 1) * bands].reduce(0, +) / Float(bands) }
    let mean = (0..<bands).map { b in
      let own = (0..<frames).map { $0 * bands + b }.filter { sounds[$0] }.map { height[$0] }
      return own.reduce(0, +) / Float(max(own.count, 1))
    }
    func square(_ f: Int, _ b: Int) -> Float { rows[f * width + b] * rows[f * width + b] }
    var about = [[Float]](repeating: [], count: 14)
    for i in 0..<frames * bands {
      let f = i / bands, b = i % bands
      var around: Float = 0, squares: Float = 0
      for d in -4...4 { around += height[f * bands + at(b + d, bands)] / 9 }
      for g in [f < slot ? f : f - slot, f, f + slot < frames ? f + slot : f] {
        for d in -2...2 { squares += square(g, at(b + d, bands)) / 15 }
      }
      let above = clip(height[i] - low[b], 0, 40), over = clip(inner[i] - itsLow[b], 0, 40)
      func noise(_ x: Float) -> Float { 1 / (powf(x / 3.8, 4) + 1) }
      let all: [Float] = [
        0.5 * logf(rows[f * width + bands + b]), 1.5 + settled * (above / 10 - 1.5), 1 - settled * noise(above),
        clip((height[i] - around) / 10, -3, 3), clip((height[i] - mean[b]) / 10, -4, 4), clip((loud[f] - (loud.max() ?? 0)) / 10, -5, 0),
        1.5 + settled * (over / 10 - 1.5), 1 - settled * noise(over), clip(inner[i] - height[i], -12, 3) / 4,
        clip(side[i] - height[i], -30, 3) / 10, clip(peaked[i], 0, 40) / 5, 0.5 * logf(rows[f * width + 4 * bands + b]),
        0.5 * logf(rows[f * width + 3 * bands + b]), logf(squares + 0.09),
      ]
      for (k, value) in all.enumerated() { about[k].append(value) }
    }
    return (about, sounds)
  }

  /// What a tile is worth is that of its definition: each description by itself, then all through units.
  @Test(arguments: [Float(1), 0.4]) func evidenceIsAsDefined(settled: Float) {
    let frames = 40, features = 14, silence: Float = -25
    let levels = noise(frames * bands, seed: 20, scale: 20), others = (0..<4).map { noise(frames * bands, seed: 21 + $0, scale: 20) }
    // Signs, then deviations, which are positive.
    let rows = noise(frames * 5 * bands, seed: 30).enumerated().map { $0 % (5 * bands) < bands ? $1 : 1 + abs(10 * $1) }
    let (about, sounds) = descriptions(rows, levels, others, frames: frames, silence: silence, settled: settled)
    #expect(sounds.contains(true) && sounds.contains(false))
    // As rows of the analyzer have them beside each other.
    var both: [Float] = []
    for f in 0..<frames { for x in [levels] + others { both += x[f * bands..<(f + 1) * bands] } }
    var gates: [(weights: [[Float]], bias: [Float], last: [Float])] = []
    for k in 0..<features {
      var weights = [Float](repeating: 0, count: features)
      weights[k] = 1
      gates.append(([weights], [8], [0.2]))
    }
    gates.append(((0..<3).map { noise(features, seed: 40 + $0, scale: 0.4) }, noise(3, seed: 50), noise(3, seed: 51)))
    let own = noise(bands, seed: 52)
    for gate in gates {
      var out = [Float](repeating: 9, count: frames * bands), work = [Float](repeating: 0, count: 6 * frames * bands)
      let numbers: [Float] = Array(gate.weights.joined()) + gate.bias + gate.last + own
      both.withUnsafeBufferPointer { both in
        guard let base = both.baseAddress else { return }
        v2a_tile_evidence(
          &out, rows, 5 * bands, base, base + bands, 5 * bands, frames, Layout.slotFrames, [Float](repeating: silence, count: bands),
          settled, numbers, gate.bias.count, &work)
      }
      for i in 0..<frames * bands {
        var total = own[i % bands]
        for u in gate.bias.indices {
          var sum = gate.bias[u]
          for k in 0..<features { sum += gate.weights[u][k] * about[k][i] }
          total += gate.last[u] * max(0, sum)
        }
        let value = sounds[i] ? rows[i / bands * 5 * bands + i % bands] * expf(min(max(total, -6), 6)) : 0
        #expect(abs(out[i] - value) < 2e-3 * max(1, abs(value)), "frame \(i / bands), band \(i % bands)")
      }
    }
  }

  /// Evidence counts by how far the level around the tile is above the stretch's means.
  @Test func foregroundIsAsDefined() {
    let frames = 50, levels = noise(frames * bands, seed: 70, scale: 20), evidence = noise(frames * bands, seed: 71)
    // A louder half, so that there is something that stands out.
    let x = levels.enumerated().map { $1 + ($0 / bands >= 25 ? 12 : 0) }
    var out = [Float](repeating: 9, count: frames * bands), work = [Float](repeating: 0, count: frames * bands)
    v2a_tile_foreground(&out, evidence, x, bands, frames, &work)
    let means = (0..<bands).map { b in (0..<frames).reduce(Float(0)) { $0 + x[$1 * bands + b] } / Float(frames) }
    for f in 0..<frames {
      for b in 0..<bands {
        var above: Float = 0
        for t in -12..<18 {
          for d in -8...8 { above += (x[at(f + t, frames) * bands + at(b + d, bands)] - means[at(b + d, bands)]) / 510 }
        }
        let value = evidence[f * bands + b] * (0.02 + 1 / (1 + expf((4 - above) / 3)))
        #expect(abs(out[f * bands + b] - value) < 1e-3, "frame \(f), band \(b)")
      }
    }
  }

  /// Signs and evidence are those of the kernels on the levels that belong there.
  @Test func rowsAreMadeOfAllLevels() {
    let width = LevelAnalyzer.frameWidth, frames = 70, rowWidth = TileNetwork.rowWidth, levels = noise(frames * width, seed: 9, scale: 20)
    let network = TileNetwork()
    var rows: [Float] = [], evidence = [Float](repeating: 9, count: frames * bands)
    network.append(levels, from: 0, to: &rows)
    let silence = [Float](repeating: -1000, count: bands)
    network.evidence(rows, levels: levels, frames: frames, silence: silence, settled: 1, into: &evidence)
    let groups = [LevelAnalyzer.plain, LevelAnalyzer.middle, LevelAnalyzer.side, LevelAnalyzer.dense]
    var maps = [Float](repeating: 9, count: frames * 8 * bands), expected = [Float](repeating: 9, count: frames * rowWidth)
    for (i, group) in groups.enumerated() {
      var own: [Float] = []
      for f in 0..<frames { own += levels[f * width + group * bands..<f * width + (group + 1) * bands] }
      var two = [Float](repeating: 9, count: frames * 2 * bands), deviation = [Float](repeating: 9, count: frames * bands)
      var work = [Float](repeating: 0, count: (frames + 15) * bands)
      v2a_tile_maps(&two, 2 * bands, &deviation, own, bands, frames, 0, &work)
      for f in 0..<frames {
        for b in 0..<2 * bands { maps[(f * 8 + 2 * i) * bands + b] = two[f * 2 * bands + b] }
        for b in 0..<bands { expected[f * rowWidth + (1 + i) * bands + b] = deviation[f * bands + b] }
      }
    }
    let inputs = 8 * 3 * 18, hidden = TileNetwork.hidden, all = TileNetworkWeights.values
    let first = (hidden + 1) * inputs, second = first + hidden * bands, third = second + hidden
    #expect(all.count == third + TileNetwork.gateUnits * 16 + bands)
    for f in 0..<frames {
      var y = [Float](repeating: 9, count: bands)
      v2a_tile_network(&y, maps, frames, f, Array(all[..<first]), Array(all[first..<second]), Array(all[second..<third]), hidden)
      for b in 0..<bands { expected[f * rowWidth + b] = y[b] }
    }
    #expect(rows == expected)
    let others = [LevelAnalyzer.middle, LevelAnalyzer.side, LevelAnalyzer.long, LevelAnalyzer.dense]
    var both: [Float] = [], out = [Float](repeating: 9, count: frames * bands), work = [Float](repeating: 0, count: 6 * frames * bands)
    for f in 0..<frames {
      for group in [LevelAnalyzer.plain] + others { both += levels[f * width + group * bands..<f * width + (group + 1) * bands] }
    }
    both.withUnsafeBufferPointer { both in
      guard let base = both.baseAddress else { return }
      v2a_tile_evidence(
        &out, rows, rowWidth, base, base + bands, 5 * bands, frames, Layout.slotFrames, silence, 1, Array(all[third...]),
        TileNetwork.gateUnits, &work)
    }
    #expect(evidence == out)
  }

  /// Rows made as levels come are those made at once.
  @Test func streams() {
    let width = LevelAnalyzer.frameWidth, levels = noise(160 * width, seed: 6, scale: 20)
    let network = TileNetwork()
    var whole: [Float] = [], parts: [Float] = []
    network.append(levels, from: 0, to: &whole)
    for end in [20, 81, 160] {
      network.append(Array(levels[..<(end * width)]), from: parts.count / TileNetwork.rowWidth, to: &parts)
      if end < 160 { parts.removeLast(min(parts.count, TileNetwork.waiting * TileNetwork.rowWidth)) }
    }
    #expect(parts == whole && whole.count == 160 * TileNetwork.rowWidth)
  }

  /// A tile that is silent in part says nothing, one that sounds throughout does; whatever comes in, what comes out is a number.
  @Test func silenceIsNoEvidence() {
    let frames = 60, width = LevelAnalyzer.frameWidth, slot = Layout.slotFrames
    var levels = noise(frames * width, seed: 7, scale: 1000)
    for i in 30 * width..<31 * width { levels[i] = -2000 }
    let network = TileNetwork()
    var rows: [Float] = [], evidence = [Float](repeating: 9, count: frames * bands)
    network.append(levels, from: 0, to: &rows)
    let silence = [Float](repeating: -1900, count: bands)
    for settled in [Float(0), 1] {
      network.evidence(rows, levels: levels, frames: frames, silence: silence, settled: settled, into: &evidence)
      for f in 0..<frames {
        let row = evidence[f * bands..<(f + 1) * bands], isSilent = f > 30 - slot && f <= 30
        #expect(row.allSatisfy(\.isFinite) && row.allSatisfy { $0 == 0 } == isSilent, "frame \(f)")
      }
    }
  }
}
