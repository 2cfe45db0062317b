import Testing

@testable import V2AEngine

@Suite struct SoftClipTests {
  @Test func keepsWhatFitsAndBoundsTheRest() {
    var last: Float = -2
    for i in -4000...4000 {
      let x = Float(i) / 1000
      let y = SoftClip.apply(x)
      if abs(x) <= SoftClip.knee { #expect(y == x) }
      #expect(abs(y) <= 1 && y >= last)
      #expect(y == -SoftClip.apply(-x))
      last = y
    }
    // Joined without a corner.
    let step: Float = 1e-3
    #expect(abs((SoftClip.apply(SoftClip.knee + step) - SoftClip.knee) / step - 1) < 0.01)
  }
}
