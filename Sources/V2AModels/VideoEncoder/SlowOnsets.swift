/// Tells every onset of slow video once, at one latent.
///
/// Between slow pictures nobody knows when something happened, so the encoder's onset probabilities of one event lie on several latents, none
/// of them high. Their sum around a latent, weighted by a triangle that reaches a picture and a latent to both sides, is the probability
/// that something happened about then; where it is highest, an onset of that probability is put at the centroid.
public enum SlowOnsets {
  /// Latents before those to be told that count for them: a reach and those that reach back from there.
  public static let lookBack = 2 * (SlowVideo.slowest + 1)
  /// Latents by which an onset may come late that could not be told in time.
  private static let patience = 2
  /// Probability from which on there is an onset at all, and of the others.
  private static let least: Float = 0.05, rest: Float = 0.02
  private static let most: Float = 0.98

  static func reach(period: Int) -> Int { period > 1 ? period + 1 : 0 }

  /// Tokens [rows, 5] as the encoder gives them and for how many latents pictures stay -> tokens of the rows after those that have been
  /// told already, the tokens [told, 5] of which are given. Rows of video that is not slow are left as they are.
  public static func gathered(_ tokens: [Float], periods: [Int], told: [Float] = []) -> [Float] {
    let width = MotionEncoder.token, rows = min(periods.count, tokens.count / width), begin = min(rows, told.count / width)
    var out = Array(tokens[..<(rows * width)])
    let onset = (0..<rows).map { tokens[$0 * width] / 2 }
    let place = (0..<rows).map { Float($0) + 0.5 + tokens[$0 * width + 1] / max(onset[$0], 0.05) }
    func weighted(_ i: Int, _ value: (Int) -> Float) -> Float {
      let reach = reach(period: periods[i])
      return (max(0, i - reach)...min(rows - 1, i + reach)).reduce(0) { $0 + (1 - Float(abs($1 - i)) / Float(reach + 1)) * value($1) }
    }
    let mass = (0..<rows).map { i in weighted(i) { onset[$0] } }
    for i in 0..<rows where periods[i] > 1 {
      out.replaceSubrange(i * width..<i * width + 4, with: MotionEncoder.rest(onset: rest).prefix(4))
    }
    for i in 0..<rows where periods[i] > 1 && mass[i] > least {
      let reach = reach(period: periods[i])
      if mass[max(0, i - reach)..<i].contains(where: { $0 >= mass[i] }) { continue }
      if mass[(i + 1)..<min(rows, i + reach + 1)].contains(where: { $0 > mass[i] }) { continue }
      let centroid = weighted(i) { onset[$0] * place[$0] } / mass[i]
      guard centroid.isFinite else { continue }
      var latent = Int(min(max(centroid, 0), Float(rows - 1))), probability = min(mass[i], most)
      if latent + patience < begin { continue }
      if latent < begin + reach {
        let before = (max(0, latent - reach)..<max(begin, latent - reach)).reduce(0) { max($0, told[$1 * width] / 2) }
        probability -= before
        latent = max(latent, begin)
      }
      guard latent < rows, probability > out[latent * width] / 2 else { continue }
      let share = probability / mass[i], offset = min(max(centroid - Float(latent) - 0.5, -0.5), 0.5)
      out[latent * width] = 2 * probability
      out[latent * width + 1] = probability * offset
      out[latent * width + 2] = share * weighted(i) { tokens[$0 * width + 2] }
      out[latent * width + 3] = share * weighted(i) { tokens[$0 * width + 3] }
    }
    return Array(out[(begin * width)...])
  }
}
