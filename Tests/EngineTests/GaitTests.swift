import Foundation
import Testing

@testable import V2AEngine

@Suite struct GaitTests {
  /// How low a body is in `count` latents: a sinusoid lowest `lowest` latents before the last, on a drift, with an error that is different each time.
  private func heights(_ count: Int, period: Float, lowest: Float, amplitude: Float = 0.03, drift: Float = 0.004, error: Float = 0) -> [Float] {
    return (0..<count).map { i in
      let t = Float(i - count + 1)
      return drift * t + amplitude * cos(2 * .pi * (t + lowest) / period) + error * sin(1.7 * Float(i * i))
    }
  }

  @Test(arguments: [(Float(8), Float(2), Float(0)), (14, 5, 0.01), (21.5, 9, 0.01)]) func aWalk(period: Float, lowest: Float, error: Float) throws {
    let gait = try #require(Gait(heights(60, period: period, lowest: lowest, error: error)))
    #expect(abs(gait.period - period) <= 0.5)
    #expect(gait.strength > 0.8 && abs(gait.amplitude - 0.03) < 0.006)
    let apart = (gait.lowest + lowest) / gait.period
    #expect(abs(apart - apart.rounded()) * gait.period < 1, "within a latent of when it is lowest")
  }

  @Test func noWalk() throws {
    #expect(Gait([]) == nil && Gait([1, 2, 3]) == nil)
    #expect(try #require(Gait(heights(60, period: 14, lowest: 3, amplitude: 0, error: 0.01))).strength < 0.4)
    // Somebody who only comes nearer, or does not move at all, has none.
    for drift: Float in [0.01, 0] { #expect((Gait(heights(60, period: 14, lowest: 3, amplitude: 0, drift: drift))?.amplitude ?? 0) < 1e-4) }
    let strange = Gait([Float](repeating: .infinity, count: 60))
    #expect(strange == nil || strange?.strength.isFinite == true)
  }
}
