import Testing

@testable import V2AEngine

/// When a soundtrack counts as settled: told much the same for five seconds, of what goes on.
struct ToldTests {
  static func told(_ prompt: String = "", seen: [Float] = [0, 0], goesOn: Bool = true) -> Told {
    Told(goesOn: goesOn, prompt: prompt, negativePrompt: "", seen: seen)
  }

  static let layer = Layer(PromptPart(kind: .goesOn, words: ""), seed: 0, at: 0)

  @Test func likeness() {
    let picture: [Float] = [3, 4], grainy: [Float] = [3.4, 3.7], other: [Float] = [4, -3]
    #expect(Self.told(seen: picture).isLike(Self.told(seen: grainy)))
    #expect(!Self.told(seen: picture).isLike(Self.told(seen: other)))
    #expect(!Self.told(seen: picture).isLike(Self.told(seen: [0, 0])))
    #expect(!Self.told(seen: picture).isLike(Self.told(seen: [3, 4, 0])))
    #expect(Self.told().isLike(Self.told()))
    // Words go on whatever is seen.
    #expect(Self.told("rain", seen: picture).isLike(Self.told("rain", seen: other)))
    #expect(!Self.told(" ", seen: picture).isLike(Self.told(" ", seen: other)))
    #expect(!Self.told("rain").isLike(Self.told("wind")))
    #expect(!Self.told().isLike(Self.told(goesOn: false)))
  }

  @Test func settling() {
    var track = Self.layer
    let at = Told.settling
    // Another prompt has its own five seconds, and so has what goes on after silence.
    let told = [("rain", 0), ("rain", at - 1), ("rain", at), ("wind", 300), ("wind", 299 + at), ("wind", 300 + at)]
    #expect(told.map { track.hasSettled(Self.told($0), at: $1) } == [false, false, true, false, false, true])
    track = Layer(track.part, seed: 0, at: 600)
    let after = track.hasSettled(Self.told("wind"), at: 600)
    #expect(!after)
    // Events never do.
    var blows = Self.layer
    let settledBlows = [0, at, 2 * at].map { blows.hasSettled(Self.told(goesOn: false), at: $0) }
    #expect(!settledBlows.contains(true))
    // A picture that changes little by little does change in the end.
    var slow = Self.layer
    let settled = stride(from: 0, through: 800, by: 10).map { index in
      let angle = Float(index) / 400
      return slow.hasSettled(Self.told(seen: [1 - angle, angle]), at: index)
    }
    #expect(settled.drop { !$0 }.contains(false))
  }
}
