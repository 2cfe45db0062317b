import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// adaLN transformer block (Peebles & Xie 2022, shared modulation as in PixArt): attention over conditions and latents, MLP.
struct TransformerBlock: Sendable {
  let config: DiffusionConfig
  let modulation, qNorm, kNorm: Tensor
  let qkv, conditionKV, output, mlpIn, mlpOut: Linear

  init(_ weights: Weights, _ c: DiffusionConfig, precision: Precision) throws(CheckpointError) {
    config = c
    modulation = try weights.tensor("modulation", shape: [6, c.width])
    qNorm = try weights.tensor("q_norm", shape: [c.width / c.heads])
    // Scores are divided by sqrt(headWidth): so are the queries, once and for all.
    for i in 0..<qNorm.count { qNorm.data[i] /= Float(qNorm.count).squareRoot() }
    kNorm = try weights.tensor("k_norm", shape: [c.width / c.heads])
    qkv = try Linear(weights.at("qkv"), c.width, 3 * c.width, precision: precision)
    conditionKV = try Linear(weights.at("condition_kv"), c.width, 2 * c.width)
    output = try Linear(weights.at("output"), c.width, c.width, precision: precision)
    mlpIn = try Linear(weights.at("mlp_in"), c.width, c.mlp * c.width, precision: precision)
    mlpOut = try Linear(weights.at("mlp_out"), c.mlp * c.width, c.width, precision: precision)
  }

  /// Per head, the keys and values of condition tokens [count, width], with room for `rows` latents.
  func attended(_ tokens: UnsafePointer<Float>, count: Int, rows: Int, scratch: Scratch) -> [KeysAndValues] {
    let width = config.width
    let headWidth = width / config.heads
    let both = scratch.buffer(20, count * 2 * width)
    conditionKV(tokens, rows: count, into: both)
    for row in 0..<count { v2a_rms_norm(both + row * 2 * width, kNorm.data, config.heads, headWidth, 1e-6) }
    return (0..<config.heads).map { head in
      let own = KeysAndValues(conditions: count, rows: rows, width: headWidth)
      own.setConditions(keys: both + head * headWidth, values: both + width + head * headWidth, stride: 2 * width)
      return own
    }
  }

  /// Latents on their way through the blocks: `rows` of each branch, in the order [branches * rows].
  struct Rows {
    typealias Floats = UnsafeMutablePointer<Float>
    let branches, rows: Int
    /// Number of the first of them among the rows that are attended to.
    let first: Int
    /// What the blocks change, [all, width], and its modulation [all, 6 * width].
    let x, modulation: Floats
    /// Rotary tables of the rows' positions [rows, headWidth / 2].
    let cosine, sine: UnsafePointer<Float>
    /// Working memory: [all, width], [all, 3 * width], [all, width], [all, mlp * width].
    let h, joint, turned, inner: Floats
    /// [all, the most keys that a branch has]
    let scores: Floats
    let mostKeys: Int

    /// Those of a branch that lie in `own`, counted within the branch.
    func of(_ branch: Int, _ own: Range<Int>) -> Range<Int> {
      let own = own.clamped(to: branch * rows..<(branch + 1) * rows)
      return own.isEmpty ? 0..<0 : own.lowerBound - branch * rows..<own.upperBound - branch * rows
    }
  }

  /// First half of the block for the rows `own` of all: queries, and their keys and values into `attended` [branches * heads].
  func project(_ r: Rows, _ own: Range<Int>, into attended: [KeysAndValues]) {
    let width = config.width, stride = 6 * config.width, headWidth = config.width / config.heads
    let from = own.lowerBound * width, m = r.modulation + own.lowerBound * stride
    v2a_norm_modulate(r.h + from, r.x + from, m, m + width, modulation.data, modulation.data + width, stride, own.count, width, 1e-6)
    qkv(r.h, some: own, into: r.joint)
    for branch in 0..<r.branches {
      let some = r.of(branch, own)
      if some.isEmpty { continue }
      let row = branch * r.rows + some.lowerBound, angles = some.lowerBound * (headWidth / 2)
      let joint = r.joint + row * 3 * width
      v2a_query_key(
        joint, r.turned + row * width, qNorm.data, kNorm.data, r.cosine + angles, r.sine + angles, some.count, config.heads,
        headWidth / 2, 1e-6)
      for head in 0..<config.heads {
        let keys = joint + width + head * headWidth
        attended[branch * config.heads + head].setRows(
          keys: keys, values: keys + width, stride: 3 * width, first: r.first + some.lowerBound, count: some.count)
      }
    }
  }

  /// Second half for the rows `own`, once all rows of their branches have been projected: each sees the conditions, the rows before
  /// `first` and all of its own branch.
  func finish(_ r: Rows, _ own: Range<Int>, attending attended: [KeysAndValues]) {
    let width = config.width, stride = 6 * config.width, headWidth = config.width / config.heads
    for branch in 0..<r.branches {
      let some = r.of(branch, own)
      if some.isEmpty { continue }
      let row = branch * r.rows + some.lowerBound
      for head in 0..<config.heads {
        let offset = row * width + head * headWidth
        attended[branch * config.heads + head].attend(
          plain: r.joint + row * 3 * width + head * headWidth, plainStride: 3 * width, turned: r.turned + offset, turnedStride: width,
          queries: some.count, seen: r.first + r.rows, into: r.h + offset, stride: width, scores: r.scores + row * r.mostKeys)
      }
    }
    let from = own.lowerBound * width, m = r.modulation + own.lowerBound * stride, fixed = modulation.data
    let x = r.x + from, h = r.h + from, inner = r.inner + from * config.mlp
    output.addGated(h, rows: own.count, into: x, gate: m + 2 * width, stride: stride, gate0: fixed + 2 * width)
    v2a_norm_modulate(h, x, m + 3 * width, m + 4 * width, fixed + 3 * width, fixed + 4 * width, stride, own.count, width, 1e-6)
    mlpIn(h, rows: own.count, into: inner, activation: .gelu)
    mlpOut.addGated(inner, rows: own.count, into: x, gate: m + 5 * width, stride: stride, gate0: fixed + 5 * width)
  }
}
