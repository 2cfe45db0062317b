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

  /// Runs the block in place on x [branches * rows, width], whose rows have the numbers `first` ..< first + rows among those that
  /// are attended to: each sees the conditions, the rows before `first` and all of its own branch.
  ///
  /// - modulation: [branches * rows, 6 * width]
  /// - cosine, sine: rotary tables of the rows' positions [rows, headWidth / 2]
  /// - attended: [branches * heads]; receives the rows' keys and values
  func callAsFunction(
    _ x: UnsafeMutablePointer<Float>, branches: Int, rows: Int, first: Int, modulation m: UnsafePointer<Float>,
    cosine: UnsafePointer<Float>, sine: UnsafePointer<Float>, attended: ArraySlice<KeysAndValues>, scratch: Scratch
  ) {
    let width = config.width
    let headWidth = width / config.heads
    let all = branches * rows
    let stride = 6 * width
    let own = modulation.data
    let h = scratch.buffer(10, all * width)
    let joint = scratch.buffer(11, all * 3 * width)
    let turned = scratch.buffer(12, all * width)
    let seen = first + rows

    v2a_norm_modulate(h, x, m, m + width, own, own + width, stride, all, width, 1e-6)
    qkv(h, rows: all, into: joint)
    for branch in 0..<branches {
      v2a_query_key(
        joint + branch * rows * 3 * width, turned + branch * rows * width, qNorm.data, kNorm.data, cosine, sine, rows,
        config.heads, headWidth / 2, 1e-6)
      for head in 0..<config.heads {
        let keys = attended[attended.startIndex + branch * config.heads + head]
        let q = joint + branch * rows * 3 * width + head * headWidth
        let offset = branch * rows * width + head * headWidth
        keys.setRows(keys: q + width, values: q + 2 * width, stride: 3 * width, first: first, count: rows)
        keys.attend(
          plain: q, plainStride: 3 * width, turned: turned + offset, turnedStride: width, queries: rows, seen: seen,
          into: h + offset, stride: width, scores: scratch.buffer(13, rows * (keys.conditions + seen)))
      }
    }
    output.addGated(h, rows: all, into: x, gate: m + 2 * width, stride: stride, gate0: own + 2 * width)

    v2a_norm_modulate(h, x, m + 3 * width, m + 4 * width, own + 3 * width, own + 4 * width, stride, all, width, 1e-6)
    let inner = scratch.buffer(14, all * config.mlp * width)
    mlpIn(h, rows: all, into: inner, activation: .gelu)
    mlpOut.addGated(inner, rows: all, into: x, gate: m + 5 * width, stride: stride, gate0: own + 5 * width)
  }
}
