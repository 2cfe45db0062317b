import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

/// Keys and values [rows, width] that queries may attend to; `rotated` tells which form of the query goes with them.
struct Attended {
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let rows: Int
  let rotated: Bool
}

/// adaLN transformer block (Peebles & Xie 2022, shared modulation as in PixArt): attention over conditions and latents, MLP.
struct TransformerBlock: Sendable {
  let config: DiffusionConfig
  let modulation, qNorm, kNorm: Tensor
  let qkv, conditionKV, output, mlpIn, mlpOut: Linear

  init(_ weights: Weights, _ c: DiffusionConfig) throws(CheckpointError) {
    config = c
    modulation = try weights.tensor("modulation", shape: [6, c.width])
    qNorm = try weights.tensor("q_norm", shape: [c.width / c.heads])
    kNorm = try weights.tensor("k_norm", shape: [c.width / c.heads])
    qkv = try Linear(weights.at("qkv"), c.width, 3 * c.width)
    conditionKV = try Linear(weights.at("condition_kv"), c.width, 2 * c.width)
    output = try Linear(weights.at("output"), c.width, c.width)
    mlpIn = try Linear(weights.at("mlp_in"), c.width, c.mlp * c.width)
    mlpOut = try Linear(weights.at("mlp_out"), c.mlp * c.width, c.width)
  }

  /// Keys (normalised) and values of condition tokens [rows, width].
  func conditionKeysValues(_ tokens: UnsafePointer<Float>, rows: Int, scratch: Scratch) -> (keys: Tensor, values: Tensor) {
    let both = scratch.buffer(20, rows * 2 * config.width)
    conditionKV(tokens, rows: rows, into: both)
    let keys = Tensor(shape: [rows, config.width])
    let values = Tensor(shape: [rows, config.width])
    split(both, rows: rows, parts: 2, part: 0, into: keys.data)
    split(both, rows: rows, parts: 2, part: 1, into: values.data)
    v2a_rms_norm(keys.data, kNorm.data, rows * config.heads, config.width / config.heads, 1e-6)
    return (keys, values)
  }

  /// Copies part `part` of rows that hold `parts` vectors of the model's width.
  private func split(
    _ from: UnsafePointer<Float>, rows: Int, parts: Int, part: Int, into: UnsafeMutablePointer<Float>
  ) {
    let width = config.width
    for row in 0..<rows { (into + row * width).update(from: from + (row * parts + part) * width, count: width) }
  }

  /// Runs the block in place on x [branches * rows, width].
  ///
  /// - modulation: [branches * rows, 6 * width]
  /// - cosine, sine: rotary tables of the rows' positions [rows, headWidth / 2]
  /// - past: what each branch attends to besides its own rows
  /// - keep: receives the rotated keys and the values of all rows [branches * rows, width], when given
  func callAsFunction(
    _ x: UnsafeMutablePointer<Float>, branches: Int, rows: Int, modulation m: UnsafePointer<Float>,
    cosine: UnsafePointer<Float>, sine: UnsafePointer<Float>, past: (Int) -> [Attended], keep: (keys: Tensor, values: Tensor)?,
    scratch: Scratch
  ) {
    let width = config.width
    let headWidth = width / config.heads
    let all = branches * rows
    let stride = 6 * width
    let own = modulation.data
    let h = scratch.buffer(10, all * width)
    let joint = scratch.buffer(11, all * 3 * width)
    let q = scratch.buffer(12, all * width)
    let turned = scratch.buffer(13, all * width)
    let k = scratch.buffer(14, all * width)
    let v = scratch.buffer(15, all * width)
    let y = scratch.buffer(16, all * width)

    v2a_layer_norm(h, x, nil, nil, all, width, 1e-6)
    v2a_modulate(h, h, m, m + width, own, own + width, stride, all, width)
    qkv(h, rows: all, into: joint)
    split(joint, rows: all, parts: 3, part: 0, into: q)
    split(joint, rows: all, parts: 3, part: 1, into: k)
    split(joint, rows: all, parts: 3, part: 2, into: v)
    v2a_rms_norm(q, qNorm.data, all * config.heads, headWidth, 1e-6)
    v2a_rms_norm(k, kNorm.data, all * config.heads, headWidth, 1e-6)
    for branch in 0..<branches {
      let offset = branch * rows * width
      v2a_rotate(turned + offset, q + offset, cosine, sine, rows, config.heads, headWidth / 2)
      v2a_rotate(k + offset, k + offset, cosine, sine, rows, config.heads, headWidth / 2)
    }
    if let keep {
      keep.keys.data.update(from: k, count: all * width)
      keep.values.data.update(from: v, count: all * width)
    }
    for branch in 0..<branches {
      let offset = branch * rows * width
      let seen = past(branch) + [Attended(keys: k + offset, values: v + offset, rows: rows, rotated: true)]
      attend(plain: q + offset, turned: turned + offset, rows: rows, to: seen, into: y + offset, scratch: scratch)
    }
    output(y, rows: all, into: h)
    v2a_gated_add(x, h, m + 2 * width, own + 2 * width, stride, all, width)

    v2a_layer_norm(h, x, nil, nil, all, width, 1e-6)
    v2a_modulate(h, h, m + 3 * width, m + 4 * width, own + 3 * width, own + 4 * width, stride, all, width)
    let inner = scratch.buffer(17, all * config.mlp * width)
    mlpIn(h, rows: all, into: inner)
    v2a_gelu_tanh(inner, all * config.mlp * width)
    mlpOut(inner, rows: all, into: h)
    v2a_gated_add(x, h, m + 5 * width, own + 5 * width, stride, all, width)
  }

  /// y = softmax(q k^T / sqrt(headWidth)) v per head, over several sets of keys and values as if they were one.
  private func attend(
    plain: UnsafePointer<Float>, turned: UnsafePointer<Float>, rows: Int, to seen: [Attended],
    into y: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let width = config.width
    let headWidth = width / config.heads
    let total = seen.reduce(0) { $0 + $1.rows }
    let scores = scratch.buffer(18, rows * total)
    for head in 0..<config.heads {
      let offset = head * headWidth
      var column = 0
      for part in seen where part.rows > 0 {
        BLAS.multiplyTransposed(
          (part.rotated ? turned : plain) + offset, part.keys + offset, into: scores + column, m: rows, n: part.rows,
          k: headWidth, lda: width, ldb: width, ldc: total, alpha: 1 / Float(headWidth).squareRoot())
        column += part.rows
      }
      v2a_softmax(scores, rows, total)
      column = 0
      for part in seen where part.rows > 0 {
        BLAS.multiply(
          scores + column, part.values + offset, into: y + offset, m: rows, n: headWidth, k: part.rows, lda: total,
          ldb: width, ldc: width, beta: column == 0 ? 0 : 1)
        column += part.rows
      }
    }
  }
}
