import Testing
import V2AModels

@testable import V2AEngine

@Suite struct HappeningTests {
  /// Words of events follow the picture, or chance where it is still; those of what goes on do neither, but plucked strings have a beat; without
  /// words only a picture does that moves, or in which a thing is recognised that makes events.
  @Test(arguments: [
    ("a dog barking", Conditions.Motion.seen, Conditions.Motion.seen, false), ("rain falling", .rest, .rest, true),
    ("violins playing and a door closing", .seen, .seen, true), ("an acoustic guitar", .seen, .seen, true), ("violins playing", .rest, .rest, true),
    ("", .rest, .seen, false),
  ])
  func motionThatIsFollowed(prompt: String, overStill: Conditions.Motion, overMoving: Conditions.Motion, goesOn: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    let words = prompt.isEmpty ? [Float](repeating: 0, count: 384) : model.textEncoder(model.tokenizer(prompt)).mean
    let happening = Happening(words: words, seen: [], spokenOf: model.spokenOf)
    #expect(happening.motion(isStill: true) == overStill)
    #expect(happening.motion(isStill: false) == overMoving)
    #expect(happening.goesOn(isStill: false) == goesOn)
    #expect(happening.goesOn(isStill: true))
  }

  /// Steps and blows come faster than barks, though a shot may be among them; where an event is among it, music waits for it.
  @Test(arguments: [
    ("footsteps on gravel", Pace.repeated, false), ("rain falling and someone walking", .repeated, false),
    ("a hammer on metal", .repeated, false), ("a dog barking", .chance, false),
    ("violins playing and a door closing", .chance, false), ("an acoustic guitar", .beat, true), ("an electric guitar", .beat, true),
    ("a cello playing", nil, false), ("rain falling", nil, false), ("a choir singing", nil, false),
  ])
  func paceOfWhatNobodySees(prompt: String, pace: Pace?, isKept: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    let happening = Happening(words: model.textEncoder(model.tokenizer(prompt)).mean, seen: [], spokenOf: model.spokenOf)
    #expect(happening.pace == pace)
    #expect(happening.keepsPace == isKept)
  }

  @Test(arguments: [("footsteps on concrete", true), ("someone walking", true), ("a hammer on metal", false), ("a dog barking", false), ("rain falling", false)])
  func whoseSteps(prompt: String, are: Bool) throws {
    let model = try VideoToAudioModel.load(folder: nil), words = model.textEncoder(model.tokenizer(prompt)).mean
    #expect(Happening(words: words, seen: [], spokenOf: model.spokenOf).isOfSteps == are)
    #expect(!Happening(words: words, seen: [], spokenOf: model.spokenOf, isBackground: true).isOfSteps)
  }

  /// What goes on behind what happens does not follow the picture, though words of it alone may.
  @Test(arguments: [("a fire crackling", nil), ("a dog barking", nil), ("someone walking", nil), ("an acoustic guitar", Pace.beat)])
  func background(prompt: String, pace: Pace?) throws {
    let model = try VideoToAudioModel.load(folder: nil)
    let words = model.textEncoder(model.tokenizer(prompt)).mean
    let happening = Happening(words: words, seen: [], spokenOf: model.spokenOf, isBackground: true)
    #expect(happening.pace == pace && !happening.isOfEvents && happening.goesOn(isStill: false))
    #expect(happening.motion(isStill: false) == (pace == nil ? .rest : .seen))
  }

  @Test func aRecognisedDogInvitesBarks() throws {
    let model = try VideoToAudioModel.load(folder: nil)
    var probabilities = [Float](repeating: 0, count: 1000)
    probabilities[254] = 0.8  // a pug
    let seen = Seen(probabilities, table: model.visualPrompts, people: model.people, isStill: true).visual
    let nothing = [Float](repeating: 0, count: 384)
    #expect(Happening(words: nothing, seen: seen, spokenOf: model.spokenOf).motion(isStill: true) == .seen)
    #expect(!Happening(words: nothing, seen: seen, spokenOf: model.spokenOf).goesOn(isStill: false))
    let rain = model.textEncoder(model.tokenizer("rain falling")).mean
    #expect(Happening(words: rain, seen: seen, spokenOf: model.spokenOf).motion(isStill: true) == .rest)
  }
}
