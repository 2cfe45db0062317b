import V2AModels
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Motion tokens for a still picture. It says nothing of when something happens, and with nothing seen to happen nothing would
/// be heard: a dog on a photograph would never bark. So moments are drawn by the soundtrack's seed, one every 1.4 s, a little uneven.
struct ChanceEvents {
  /// Latents for one moment, and the part of them in which it lies: 1.1 to 1.7 s pass between two.
  private static let period = 33, spread: Float = 0.2

  private let source: NoiseSource
  /// Latents of the first period that have passed when the stream begins.
  private var phase = 0

  init(seed: UInt64) {
    source = NoiseSource(seed: seed)
    phase = Int(Float(Self.period) * uniform(-1))
  }

  /// Token [5] of the latent of an absolute number, from 0 on.
  func token(_ index: Int) -> [Float] {
    if isMoment(index) { return MotionEncoder.rest(onset: 0.9) }
    return isMoment(index - 1) || isMoment(index + 1) ? MotionEncoder.rest(onset: 0.2) : MotionEncoder.rest()
  }

  private func isMoment(_ index: Int) -> Bool {
    let (turn, place) = max(0, index + phase).quotientAndRemainder(dividingBy: Self.period)
    return place == Int(Float(Self.period) * (0.5 + Self.spread * (uniform(turn) - 0.5)))
  }

  /// A number of 0 to 1.
  private func uniform(_ index: Int) -> Float {
    var normal: Float = 0
    source.fill(&normal, count: 1, stream: .events, index: index)
    return 0.5 * (1 + erff(normal * Float(0.5).squareRoot()))
  }
}
