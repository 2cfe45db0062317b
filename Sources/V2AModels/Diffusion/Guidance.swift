/// Classifier-free guidance (Ho & Salimans 2022): v_null + scale (v_condition - v_null), rescaled (Lin et al. 2023).
///
/// `rescale` of the way, the data that it predicts, x + (1 - t) v, gets the norm of what the conditional branch predicts:
/// otherwise guidance makes everything loud.
struct Guidance {
  /// Of the flow time, by which a predicted change is divided.
  static let leastLeft: Float = 0.05

  var scale: Float
  var rescale: Float

  /// Makes `condition` the guided velocity at x [count] and flow time `time`.
  func apply(
    to condition: UnsafeMutablePointer<Float>, null: UnsafePointer<Float>, x: UnsafePointer<Float>, count: Int, time: Float
  ) {
    let left = max(1 - time, Self.leastLeft)
    var wanted = 0.0, predicted = 0.0
    for i in 0..<count {
      let v = null[i] + scale * (condition[i] - null[i])
      let a = Double(x[i] + left * condition[i]), b = Double(x[i] + left * v)
      wanted += a * a
      predicted += b * b
    }
    let factor = 1 + rescale * (Float(wanted.squareRoot() / max(predicted.squareRoot(), 1e-6)) - 1)
    for i in 0..<count {
      let v = null[i] + scale * (condition[i] - null[i])
      condition[i] = ((x[i] + left * v) * factor - x[i]) / left
    }
  }
}
