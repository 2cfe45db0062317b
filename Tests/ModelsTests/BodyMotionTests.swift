import Foundation
import Testing

@testable import V2AModels

@Suite struct BodyMotionTests {
  private func luma(low: Float = 0, right: Float = 0) -> [Float] {
    (0..<64 * 64).map { 0.5 + 0.2 * sin(0.4 * (Float($0 / 64) - low)) * cos(0.3 * (Float($0 % 64) - right)) }
  }

  private let person = Person(probability: 1, x: 0.5, y: 0.5, reach: 0.3)

  /// Half a pixel down is half a pixel of the body's reach, also where the picture is wide, and whatever goes to the side.
  @Test func sinking() {
    for right: Float in [0, 0.5] {
      let motion = BodyMotion(luma(low: 0.5, right: right), before: luma(), person: person, width: 1, height: 1)
      #expect(abs(motion.sinking - 0.5 / (0.3 * 64)) < 0.003)
    }
    let wide = BodyMotion(luma(low: -0.5), before: luma(), person: person, width: 1, height: 0.5)
    #expect(abs(wide.sinking + 0.5 / (0.6 * 64)) < 0.003)
    #expect(BodyMotion(luma(), before: luma(), person: person, width: 1, height: 1) == .none)
  }

  /// Legs are what changes below the hips; a picture that ends there shows the body's lower end instead.
  @Test func legs() {
    var moved = luma()
    for i in 40 * 64..<64 * 64 { moved[i] = 1 - moved[i] }
    let body = BodyMotion(moved, before: luma(), person: person, width: 1, height: 1)
    #expect(body.legs > 0.5)
    let above = BodyMotion(moved, before: luma(), person: Person(probability: 1, x: 0.5, y: 0.1, reach: 0.3), width: 1, height: 1)
    #expect(above.legs < 0.5 * body.legs)
    let close = BodyMotion(moved, before: luma(), person: Person(probability: 1, x: 0.5, y: 1.6, reach: 1.4), width: 1, height: 1)
    #expect(close.legs > 0.3)
  }

  @Test func strangeNumbers() {
    for value: Float in [.nan, .infinity, -1e30, 1e30, 0] {
      for person in [Person(probability: 1, x: value, y: value, reach: value), Person(probability: 1, x: 0.5, y: 0.5, reach: value)] {
        let motion = BodyMotion(luma(low: 1), before: luma(), person: person, width: 0.5, height: 1)
        #expect(motion.sinking.isFinite && motion.legs.isFinite)
      }
    }
    #expect(BodyMotion([], before: luma(), person: person, width: 1, height: 1) == .none)
    #expect(BodyMotion(luma(low: 1), before: luma(), person: person, width: 0, height: 1) == .none)
  }
}
