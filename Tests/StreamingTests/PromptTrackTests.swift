import Testing

@testable import V2AStreaming

@Suite struct PromptTrackTests {
  private static func cue(_ start: Int64, _ end: Int64, _ prompt: String) -> PromptTrack.Cue {
    PromptTrack.Cue(start: start, end: end, prompt: prompt, negativePrompt: "")
  }

  @Test func linesWithADashAreNegative() {
    let cue = PromptTrack.Cue(start: 0, end: 1, text: " rain on a roof \n- music\n-speech\nthunder\n\n-")
    #expect(cue.prompt == "rain on a roof, thunder" && cue.negativePrompt == "music, speech")
  }

  @Test func theCueThatCoversMost() {
    var track = PromptTrack()
    for cue in [Self.cue(1000, 3000, "a"), Self.cue(3000, 5000, "b"), Self.cue(6000, 6100, "short")] { _ = track.add(cue) }
    #expect(track.cue(in: 0..<900) == nil)
    #expect(track.cue(in: 400..<1400) == nil)
    #expect(track.cue(in: 600..<1600)?.prompt == "a")
    #expect(track.cue(in: 2400..<3400)?.prompt == "a" && track.cue(in: 2600..<3600)?.prompt == "b")
    // Halfway the later one, which has just begun.
    #expect(track.cue(in: 2500..<3500)?.prompt == "b")
    // A cue shorter than half of a window is not missed.
    #expect(track.cue(in: 5500..<6500)?.prompt == "short")
    track.forget(before: 3000)
    #expect(track.cues.map(\.prompt) == ["b", "short"])
  }

  /// A cue takes effect no further than one window from its time, wherever windows fall.
  @Test func withinOneWindow() {
    for offset in stride(from: Int64(0), to: 1000, by: 37) {
      var track = PromptTrack()
      _ = track.add(Self.cue(5000, 9000, "x"))
      let on = (0..<12).map { offset + $0 * 1000 }.filter { track.cue(in: $0..<$0 + 1000) != nil }
      #expect(abs((on.first ?? 0) - 5000) <= 500 && abs((on.last ?? 0) + 1000 - 9000) <= 500)
    }
  }

  @Test func isBoundedAndTakesHostileTimes() {
    var track = PromptTrack()
    let added = [Self.cue(.min, .max, "all"), Self.cue(5, 5, "empty"), Self.cue(9, 3, "backwards")].map { track.add($0) }
    #expect(added == [true, true, true])
    #expect(track.cue(in: 0..<10)?.prompt == "all" && track.cue(in: .min..<(.max))?.prompt == "all")
    for i in 1..<PromptTrack.limit { _ = track.add(Self.cue(Int64(i), Int64(i) + 1, "")) }
    let fits = track.add(Self.cue(1, 2, "too many"))
    #expect(!fits && track.cues.count == PromptTrack.limit)
    #expect(!track.isKnown(upTo: .max))
    track.advance(to: .max)
    #expect(track.isKnown(upTo: .max))
  }
}
