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
    let groups = [4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4], hidden = 3, inputs = 4 * 3 * 18, frames = 40
    let maps = noise(frames * 4 * bands, seed: 2), weights = noise((hidden + 1) * inputs, seed: 3, scale: 0.2)
    let bias = noise(hidden * bands, seed: 4), out = noise(hidden, seed: 5)
    for frame in [0, 20, 39] {
      var y = [Float](repeating: 9, count: bands)
      v2a_tile_network(&y, maps, frames, frame, weights, bias, out, hidden)
      for b in 0..<bands {
        var z: Float = 0
        for h in 0...hidden {
          var sum = h < hidden ? bias[h * bands + b] : 0
          for m in 0..<4 {
            var t = frame - 12
            for (j, group) in groups.enumerated() {
              for _ in 0..<group {
                func x(_ d: Int) -> Float { maps[(at(t, frames) * 4 + m) * bands + at(b + d, bands)] / Float(group).squareRoot() }
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

  /// The middle of two channels that are alike has their level, and of opposite ones none.
  @Test func middleOfChannels() {
    func levels(_ sign: Float) -> [Float] {
      let samples = sound(seconds: 0.3, seed: 8)
      var both = samples, rows: [Float] = []
      for i in stride(from: 0, to: both.count, by: 2) { both[i + 1] = sign * both[i] }
      LevelAnalyzer().append(both, channels: 2, into: &rows)
      return rows
    }
    let width = LevelAnalyzer.frameWidth, plain = LevelAnalyzer.plain * bands, middle = LevelAnalyzer.middle * bands
    let alike = levels(1), opposite = levels(-1)
    for f in 0..<alike.count / width {
      for b in 0..<bands {
        #expect(abs(alike[f * width + plain + b] - alike[f * width + middle + b]) < 0.01)
        #expect(opposite[f * width + middle + b] < 4.343 * logf(LevelAnalyzer.floor[b]) + 1)
      }
    }
  }
}
