/// Classifier-free guidance (Ho & Salimans 2022): v_condition + (scale - 1) (v_condition - v_null), rescaled (Lin et al. 2023).
public struct Guidance: Sendable {
  /// Of the flow time, by which a predicted change is divided.
  static let leastLeft: Float = 0.05

  public var scale: Float
  /// 0...1: how much of the way the data that it predicts, x + (1 - t) v, gets the norm of what the conditional branch predicts:
  /// otherwise guidance makes everything loud.
  public var rescale: Float
  /// Whether its change has no mean over the chunk in any of the envelope's numbers: where a sound goes on, what guidance does to level
  /// and spectrum as a whole would add up from chunk to chunk.
  public var isSteady: Bool

  public init(scale: Float, rescale: Float = 1, isSteady: Bool = false) {
    self.scale = scale
    self.rescale = rescale
    self.isSteady = isSteady
  }

  /// Makes `condition` the guided velocity at x [rows, 152] and flow time `time`; `mean` has room for a row.
  func apply(
    to condition: UnsafeMutablePointer<Float>, null: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, time: Float,
    mean: UnsafeMutablePointer<Float>
  ) {
    let width = Codec.latent, left = max(1 - time, Self.leastLeft)
    for channel in 0..<width {
      mean[channel] = isSteady && channel < Codec.envelope ? meanChange(condition, null, channel, rows) : 0
    }
    var wanted = 0.0, predicted = 0.0
    for row in 0..<rows {
      for channel in 0..<width {
        let i = row * width + channel
        let v = guided(condition[i], null[i]) - mean[channel]
        let a = Double(x[i] + left * condition[i]), b = Double(x[i] + left * v)
        wanted += a * a
        predicted += b * b
      }
    }
    let factor = 1 + rescale * (Float(wanted.squareRoot() / max(predicted.squareRoot(), 1e-6)) - 1)
    for row in 0..<rows {
      for channel in 0..<width {
        let i = row * width + channel
        let v = guided(condition[i], null[i]) - mean[channel]
        condition[i] = ((x[i] + left * v) * factor - x[i]) / left
      }
    }
  }

  private func guided(_ condition: Float, _ null: Float) -> Float { condition + (scale - 1) * (condition - null) }

  /// What guidance changes in a channel on average over the rows.
  private func meanChange(_ condition: UnsafePointer<Float>, _ null: UnsafePointer<Float>, _ channel: Int, _ rows: Int) -> Float {
    var sum: Float = 0
    for i in stride(from: channel, to: rows * Codec.latent, by: Codec.latent) { sum += condition[i] - null[i] }
    return (scale - 1) * sum / Float(max(rows, 1))
  }
}
