import Testing
import V2AStreaming

@testable import V2AEngine

/// Sounds of a prompt that are generated apart and added.
@Suite(.serialized) struct LayerTests {
  static let rain = PromptPart(kind: .goesOn, words: "rain"), wind = PromptPart(kind: .goesOn, words: "wind")
  static let steps = PromptPart(kind: .happens, words: "footsteps"), bark = PromptPart(kind: .happens, words: "a dog barking")

  /// A kind of sound goes on in the layer that has it, with its seed; others join and leave.
  @Test func arrangement() {
    var settings = SoundtrackSettings()
    settings.seed = 7
    var track = Variation(settings, at: 0)
    func told() -> [String] { track.layers.map { "\($0.part.words) \($0.seed == 7 ? 1 : 2)" } }
    #expect(told() == [" 1"])
    track.arrange([Self.rain])
    #expect(told() == ["rain 1"] && track.leaving.isEmpty)
    track.arrange([Self.steps, Self.rain])
    #expect(told() == ["footsteps 2", "rain 1"])
    track.arrange([Self.rain, Self.steps])
    #expect(told() == ["rain 1", "footsteps 2"] && track.leaving.isEmpty)
    track.arrange([Self.bark])
    #expect(told() == ["a dog barking 2"] && track.leaving.map(\.part) == [Self.rain])
    track.arrange([Self.rain, Self.wind])
    #expect(told() == ["rain 2", "wind 1"] && track.leaving.count == 1)
    track.arrange([])
    #expect(track.layers.count == 2)
    track.restart(at: 5)
    #expect(track.layers.count == 1 && track.leaving.isEmpty && track.layers.allSatisfy { $0.latents.start == 5 })
    track.arrange([Self.rain, Self.bark])
    #expect(told() == ["rain 2", "a dog barking 1"])
  }

  private static let both = "rain falling and footsteps on gravel"

  private func settings(_ prompt: String, seed: UInt64 = 3, layers: Int = 2) -> SoundtrackSettings {
    SoundtrackTests.settings {
      $0.prompt = prompt
      $0.seed = seed
      $0.layers = layers
    }
  }

  /// Two layers are the sum of two soundtracks, to rounding; one is something else.
  @Test(arguments: [false, true]) func layersAreWhatEachWouldBe(isStill: Bool) throws {
    let picture = isStill ? SoundtrackTests.still : SoundtrackTests.frame
    let sound = try SoundtrackTests.sound(settings(Self.both), picture: picture)
    let rain = try SoundtrackTests.sound(settings("rain falling", seed: 3 &+ 0x9E37_79B9_7F4A_7C15), picture: picture)
    let steps = try SoundtrackTests.sound(settings("footsteps on gravel"), picture: picture)
    let sum = zip(rain, steps).map { SoftClip.apply($0 + $1) }
    print("two layers against two soundtracks added: relative L2 \(SoundtrackTests.distance(sound, sum))")
    #expect(sound.count == sum.count && SoundtrackTests.distance(sound, sum) < 1e-3)
    #expect(SoundtrackTests.distance(try SoundtrackTests.sound(settings(Self.both, layers: 1), picture: picture), sum) > 0.1)
    #expect(try SoundtrackTests.sound(settings(Self.both), burst: 17, picture: picture) == sound)
  }

  /// Footsteps join rain and leave it again, in the middle of a stream and beside another variation; a window is given up; then all begins anew.
  @Test func joinAndLeave() throws {
    let soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(settings("rain falling"))
    func run() throws -> [[AudioChunk]] {
      soundtrack.variations = [settings("rain falling"), settings("a dog barking", seed: 9)]
      var windows: [[AudioChunk]] = []
      for k in 0..<150 {
        try soundtrack.append(SoundtrackTests.still(k))
        while soundtrack.isReady {
          let prompt = windows.count < 3 ? "rain falling" : windows.count < 6 ? Self.both : "footsteps on gravel"
          soundtrack.variations = [settings(prompt), settings(windows.count < 4 ? "a dog barking" : "wind howling and a dog barking", seed: 9)]
          windows.append(windows.count == 5 ? try soundtrack.skipVariations() : try soundtrack.generateVariations(timeLeft: { nil }, isCancelled: { false }))
        }
      }
      return windows
    }
    let windows = try run()
    #expect(windows.count > 9)
    for variation in 0..<2 {
      var expected: Int64 = 0
      for chunk in windows.map({ $0[variation] }) {
        #expect(chunk.firstSample == expected && chunk.samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
        expected += Int64(chunk.samples.count / 2)
      }
      // No jump where layers come and go: steps from sample to sample at borders of windows are no larger than those between them.
      let samples = windows.flatMap { $0[variation].samples }
      let borders = Set(windows.dropFirst().flatMap { [2 * Int($0[variation].firstSample), 2 * Int($0[variation].firstSample) + 1] })
      let step = { (i: Int) in abs(samples[i] - samples[i - 2]) }
      let elsewhere = (2..<samples.count).reduce(Float(0)) { borders.contains($1) ? $0 : max($0, step($1)) }
      #expect(borders.allSatisfy { step($0) <= elsewhere })
    }
    soundtrack.reset()
    #expect(try run() == windows)
  }
}
