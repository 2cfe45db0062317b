import Testing

@testable import V2AModels

@Suite struct MovesTests {
  private func picture(block at: Int, noise: (Int) -> Float = { _ in 0 }) -> [Float] {
    (0..<4096).map { i in
      let row = i / 64, column = i % 64
      return ((at..<at + 6).contains(row) && (20..<26).contains(column) ? 0.8 : 0.3) + noise(i)
    }
  }

  @Test func aStillPictureDoesNotMove() {
    #expect(!MotionEncoder.moves(picture(block: 10), before: picture(block: 10)))
    // Film grain of 3 % averages out.
    let grain = { (i: Int) -> Float in 0.03 * Float((i &* 7919) % 3 - 1) }
    #expect(!MotionEncoder.moves(picture(block: 10, noise: grain), before: picture(block: 10)))
  }

  @Test func aSmallThingThatMovesDoes() {
    #expect(MotionEncoder.moves(picture(block: 11), before: picture(block: 10)))
    #expect(MotionEncoder.moves([Float](repeating: 0.5, count: 4096), before: [Float](repeating: 0.4, count: 4096)))
  }
}
