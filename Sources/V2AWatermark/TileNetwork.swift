import CKernels
import V2ATensor

/// What tells a tile's sign in sound at its own pitch: a network in place of `TileFilter`, over levels of the sound, of its middle
/// (left + right), of its side (left - right), and geometric means over a longer window. 30 frames of five bands go through `hidden` units
/// to a sign, and 14 descriptions of the tile (how high above the stretch's lowest level, how unsteady, how the middle and the side stand
/// to the whole, how peaked its spectrum ...) through `gateUnits` to what that is worth.
/// `python -m evaluation.watermark_network` fits such a network on sound that is marked both ways; this one is from 72 clips.
final class TileNetwork {
  static let hidden = 24
  static let gateUnits = 24
  /// Frames after a row that it waits for: to the end of what it sees, and twice half the stretch that means are taken over.
  static let waiting = TileFilter.waiting + 2 * reach
  /// Of each row: signs, and deviations of each of `groups`.
  static let rowWidth = (1 + groups.count) * Layout.bands
  private static let reach = Int(V2A_TILE_REACH)
  private static let maps = Int(V2A_TILE_MAPS)
  private static let inputs = maps * 3 * Int(V2A_TILE_TIMES)
  /// Levels of which there are maps.
  private static let groups = [LevelAnalyzer.plain, LevelAnalyzer.middle, LevelAnalyzer.side, LevelAnalyzer.dense]

  /// Weights: [hidden + 1, inputs]; [hidden, bands]; [hidden]; [gateUnits, 14], [gateUnits], [gateUnits], [bands].
  private static let parts: (weights: [Float], bias: [Float], out: [Float], gate: [Float]) = {
    let bands = Layout.bands, first = (hidden + 1) * inputs, second = first + hidden * bands, third = second + hidden
    let all = TileNetworkWeights.values
    return (Array(all[..<first]), Array(all[first..<second]), Array(all[second..<third]), Array(all[third...]))
  }()
  private let weights = TileNetwork.parts.weights, bias = TileNetwork.parts.bias, out = TileNetwork.parts.out
  private let gate = TileNetwork.parts.gate
  private let scratch = Scratch()

  /// `levels`: [frames, `LevelAnalyzer.frameWidth`]. Appends the rows from `first` on.
  func append(_ levels: [Float], from first: Int, to rows: inout [Float]) {
    let width = LevelAnalyzer.frameWidth, bands = Layout.bands
    let frames = levels.count / width
    guard first < frames else { return }
    let start = rows.count
    rows.append(contentsOf: repeatElement(0, count: (frames - first) * Self.rowWidth))
    let from = max(0, first - TileFilter.before)
    let size = (frames - from) * bands
    let maps = scratch.buffer(0, Self.maps * size), deviations = scratch.buffer(1, Self.groups.count * size)
    let work = scratch.buffer(2, (frames - from + Self.reach) * bands)
    rows.withUnsafeMutableBufferPointer { out in
      levels.withUnsafeBufferPointer { input in
        guard let y = out.baseAddress, let x = input.baseAddress else { return }
        let stride = Self.maps * bands
        for (i, group) in Self.groups.enumerated() {
          v2a_tile_maps(maps + 2 * i * bands, stride, deviations + i * size, x + group * bands, width, frames, from, work)
        }
        for f in first..<frames {
          let row = y + start + (f - first) * Self.rowWidth
          v2a_tile_network(row, maps, frames - from, f - from, weights, bias, self.out, Self.hidden)
          for i in Self.groups.indices { (row + (1 + i) * bands).update(from: deviations + i * size + (f - from) * bands, count: bands) }
        }
      }
    }
  }

  /// `rows`: [frames, rowWidth] as `append` makes them; `levels`: [frames, LevelAnalyzer.frameWidth] -> evidence [frames, bands].
  /// `settled`, 0 to 1: how far the stretch's lowest level is that of added noise.
  func evidence(
    _ rows: UnsafePointer<Float>, levels: UnsafePointer<Float>, frames: Int, silence: [Float], settled: Float,
    into evidence: UnsafeMutablePointer<Float>
  ) {
    let bands = Layout.bands
    v2a_tile_evidence(
      evidence, rows, Self.rowWidth, levels + LevelAnalyzer.plain * bands, levels + LevelAnalyzer.middle * bands,
      LevelAnalyzer.frameWidth, frames, Layout.slotFrames, silence, settled, gate, Self.gateUnits, scratch.buffer(3, 6 * frames * bands))
  }
}
