import V2AModels
import V2ATensor

/// Motion tokens for a still picture. It says nothing of when something happens, and with nothing seen to happen nothing would
/// be heard: a dog on a photograph would never bark. So moments are drawn by chance, about one a second, the same in every run.
enum ChanceEvents {
  /// Latents on each side without another event.
  private static let gap = 5
  /// Standard deviations that a latent's number must exceed.
  private static let threshold: Float = 1.6

  /// Tokens [range, 5] by absolute latent index.
  static func tokens(_ range: Range<Int>) -> [Float] {
    range.flatMap { index -> [Float] in
      if isEvent(index) { return MotionEncoder.rest(onset: 0.9) }
      return isEvent(index - 1) || isEvent(index + 1) ? MotionEncoder.rest(onset: 0.2) : MotionEncoder.rest()
    }
  }

  /// A latent whose number is large, and the largest within the gap.
  private static func isEvent(_ index: Int) -> Bool {
    let own = number(index)
    return own > threshold && (index - gap...index + gap).allSatisfy { $0 == index || number($0) < own }
  }

  private static func number(_ index: Int) -> Float {
    var x: Float = 0
    NoiseSource(seed: 0).fill(&x, count: 1, stream: .events, index: index)
    return x
  }
}
