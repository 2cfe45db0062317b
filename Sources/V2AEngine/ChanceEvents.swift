import V2AModels
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Motion tokens for what no picture shows. A still one says nothing of when something happens, and with nothing seen to happen nothing
/// would be heard: a dog on a photograph would never bark. So moments are drawn by the soundtrack's seed, at a pace that the words have.
struct ChanceEvents {
  /// Onsets of a moment's latent, and of those beside it.
  static let onset: Float = 0.9, beside: Float = 0.2

  private let source: NoiseSource
  private let spread: Float
  /// Latents for one moment, and those of the first period that have passed when the stream begins.
  private let period, phase: Int

  init(seed: UInt64, pace: Pace) {
    source = NoiseSource(seed: seed)
    spread = pace.spread
    let choice = pace.periods.lowerBound + Int(Float(pace.periods.count) * Self.uniform(source, -2))
    period = min(choice, pace.periods.upperBound)
    phase = Int(Float(period) * Self.uniform(source, -1))
  }

  /// Token [5] of the latent of an absolute number, from 0 on.
  func token(_ index: Int) -> [Float] {
    if isMoment(index) { return MotionEncoder.rest(onset: Self.onset) }
    return isMoment(index - 1) || isMoment(index + 1) ? MotionEncoder.rest(onset: Self.beside) : MotionEncoder.rest()
  }

  private func isMoment(_ index: Int) -> Bool {
    let (turn, place) = max(0, index + phase).quotientAndRemainder(dividingBy: period)
    return place == Int(Float(period) * (0.5 + spread * (Self.uniform(source, turn) - 0.5)))
  }

  /// A number of 0 to 1.
  private static func uniform(_ source: NoiseSource, _ index: Int) -> Float {
    var normal: Float = 0
    source.fill(&normal, count: 1, stream: .events, index: index)
    return 0.5 * (1 + erff(normal * Float(0.5).squareRoot()))
  }
}
