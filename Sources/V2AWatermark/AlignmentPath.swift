import CKernels
import V2ATensor

/// The way of the pattern through sound that was cut or got something put in: at which position of the pattern each block of
/// half a second lies, by dynamic programming over positions with a price for each jump (Viterbi).
struct AlignmentPath {
  /// Frames of a block.
  static let block = 48
  /// Price of a jump in standard deviations.
  private static let jump: Float = 1.3

  /// Position of the pattern's start, modulo its period, block by block.
  private(set) var positions: [Int] = []
  /// Correlation along the path in standard deviations, less the jumps.
  private(set) var score: Float = 0

  /// What the jumps are worth among all tiles, of which `WatermarkKey.syncShare` found them.
  var handicap: Float {
    Float(zip(positions, positions.dropFirst()).count { $0 != $1 }) * Self.jump * WatermarkKey.syncShare.squareRoot()
  }

  var hasJumps: Bool { positions.contains { $0 != positions.first } }

  /// `evidence`: [frames, bands] of the sound as it is, at tempo and pitch 1; `syncBySlot`: [bands, slots].
  init(_ evidence: UnsafePointer<Float>, frames: Int, syncBySlot: [Float], scratch: Scratch) {
    let period = Layout.periodFrames, slots = Layout.slots, slot = Layout.slotFrames
    let blocks = (frames + Self.block - 1) / Self.block
    guard blocks > 1 else { return }
    let products = scratch.buffer(6, frames * slots)
    v2a_tile_products(products, evidence, syncBySlot, frames, slots, Layout.bands)
    var energy: Float = 1e-6
    for i in 0..<frames * Layout.bands { energy += evidence[i] * evidence[i] }
    // A position sees one frame of `slot`, and of it the share of the tiles that is for synchronisation.
    let unit = (energy * WatermarkKey.syncShare / Float(slot)).squareRoot()
    var sums = [Float](repeating: 0, count: period)
    var from = [Int32](repeating: 0, count: blocks * period)
    for t in 0..<blocks {
      var best = 0
      for p in 1..<period where sums[p] > sums[best] { best = p }
      let other = sums[best] - Self.jump * unit
      for p in 0..<period {
        let stays = t == 0 || sums[p] >= other
        from[t * period + p] = Int32(stays ? p : best)
        if !stays { sums[p] = other }
      }
      for f in t * Self.block..<min((t + 1) * Self.block, frames) {
        sums.withUnsafeMutableBufferPointer { sums in
          var p = f % period
          for s in 0..<slots {
            sums[p] += products[f * slots + s]
            p = p >= slot ? p - slot : p - slot + period
          }
        }
      }
    }
    var p = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    score = sums[p] / unit
    positions = [Int](repeating: 0, count: blocks)
    for t in (0..<blocks).reversed() {
      positions[t] = p
      p = Int(from[t * period + p])
    }
  }
}
