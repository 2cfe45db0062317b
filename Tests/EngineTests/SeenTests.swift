import Testing

@testable import V2AEngine

@Suite struct SeenTests {
  private let model: VideoToAudioModel
  init() throws { model = try VideoToAudioModel.load(folder: nil) }

  private func seen(_ likely: [Int: Float], isStill: Bool = false, somebody: PersonTrack.Presence = .nobody) -> Seen {
    var probabilities = [Float](repeating: 0, count: 1000)
    for (klass, p) in likely { probabilities[klass] = p }
    return Seen(probabilities, table: model.visualPrompts, people: model.people, isStill: isStill, somebody: somebody)
  }

  private func length(_ seen: Seen) -> Float { (seen.visual.reduce(0) { $0 + $1 * $1 } / 384).squareRoot() }

  /// Over a picture that moves, what hardly sounds (a banana) and what is hardly known (a pug at 0.2) say nothing; over a still one the pug does.
  @Test func whatIsSeenToHappenIsNotMadeQuiet() {
    for (likely, ofMoving, ofStill) in [([954: 0.9], .unknown, .quiet), ([254: 0.2], .unknown, .sounds), ([254: 0.9], .sounds, .sounds)]
      as [([Int: Float], Seen.Kind, Seen.Kind)]
    {
      let moving = seen(likely), still = seen(likely, isStill: true)
      #expect(moving.kind == ofMoving && still.kind == ofStill)
      #expect(still.visual.contains { $0 != 0 })
      #expect(moving.visual == (ofMoving == .sounds ? still.visual : [Float](repeating: 0, count: 384)))
    }
  }

  /// Several things of one sound, each of them unlikely, are that sound: a beach that may be a sandbar or a cliff, a car of any make.
  @Test func oneOfSeveralThings() {
    let beach = seen([978: 0.15, 977: 0.12, 976: 0.1])
    #expect(beach.kind == .sounds && abs(length(beach) - 0.45) < 0.001)
    // Beside words it is no more than it is sure of.
    #expect(beach.besideWords == [Float](repeating: 0, count: 384))
    let pug = seen([254: 0.9])
    #expect(pug.besideWords == pug.visual)
    #expect(seen([978: 0.1]).kind == .unknown)
  }

  /// Somebody, whom ImageNet takes for clothes, is quiet; a hare is heard as what rustles around it.
  @Test func whatHardlySounds() {
    let somebody = seen([834: 0.2, 906: 0.1])
    #expect(somebody.kind == .quiet && length(somebody) == 0)
    let hare = seen([331: 0.9])
    #expect(hare.kind == .faint && abs(length(hare) - 0.45) < 0.001)
  }

  /// Whoever walks is heard to, and whoever stays is quiet, unless something else surely sounds: waves at 0.9, but not a beach that
  /// may be a sandbar or a cliff, nor a hare.
  @Test func somebodyIsThere() {
    #expect(seen([:], somebody: .walks).kind == .walks && seen([331: 0.9], somebody: .walks).kind == .walks)
    #expect(seen([978: 0.15, 977: 0.12, 976: 0.1], somebody: .walks).kind == .walks)
    #expect(seen([978: 0.9], somebody: .walks).kind == .sounds && seen([978: 0.9], somebody: .stays).kind == .sounds)
    // Swimwear (a maillot) is in the water, but not where it walks.
    #expect(seen([639: 0.9], somebody: .walks).kind == .walks && seen([639: 0.9], somebody: .stays).kind == .sounds)
    #expect(seen([:], somebody: .stays).kind == .quiet)
    #expect(seen([331: 0.9], somebody: .walks).visual.allSatisfy { $0 == 0 })
    #expect(seen([:], isStill: true, somebody: .stays).kind == .quiet)
  }

  @Test func nothing() {
    #expect(Seen(nil, table: model.visualPrompts, people: nil, isStill: false).kind == .unknown)
    #expect(Seen(nil, table: model.visualPrompts, people: nil, isStill: true).kind == .quiet)
    #expect(seen([834: 0.3]).kind == .quiet)
    // A model that does not say who is somebody.
    var suit = [Float](repeating: 0, count: 1000)
    suit[834] = 0.3
    #expect(Seen(suit, table: model.visualPrompts, people: nil, isStill: false).kind == .unknown)
  }
}
