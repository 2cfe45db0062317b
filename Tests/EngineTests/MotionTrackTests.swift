import Testing
import V2AModels
import V2AStreaming
import V2ATensor

@testable import V2AEngine

@Suite struct MotionTrackTests {
  private let model: VideoToAudioModel
  init() throws { model = try VideoToAudioModel.load(folder: nil) }

  private func happening(_ prompt: String) -> Happening {
    Happening(words: model.textEncoder(model.tokenizer(prompt)).mean, seen: [], spokenOf: model.spokenOf)
  }

  /// Tokens of two seconds of a bar that stands still or walks to and fro.
  private func track(moves: Bool) -> (MotionTrack, Range<Int>) {
    var track = MotionTrack(encoder: model.motionEncoder)
    let scratch = Scratch(), window = WindowPlanner(hop: 48, context: 0).next
    for frame in 0..<window.framesNeeded {
      let left = moves ? abs(frame * 3 % 100 - 50) : 20
      let luma = (0..<64 * 64).map { (left..<left + 8).contains($0 % 64) ? Float(1) : 0.1 }
      track.append(luma, scratch: scratch)
    }
    track.update(for: window, scratch: scratch)
    return (track, window.chunk)
  }

  /// A bark follows what moves, and chance where nothing does; a guitar keeps its beat over both; rain has no moments at all.
  @Test func whoFollowsThePicture() {
    let (moving, range) = track(moves: true), (still, _) = track(moves: false)
    let bark = happening("a dog barking"), guitar = happening("an acoustic guitar"), rain = happening("rain falling")
    let moments = { (pace: Pace) in range.flatMap { ChanceEvents(seed: 7, pace: pace).token($0) } }
    #expect(still.tokens(range, of: bark, seed: 7) == moments(.chance))
    #expect(moving.tokens(range, of: bark, seed: 7) == moving.tokens(range, of: rain, seed: 7))
    #expect(moving.tokens(range, of: bark, seed: 7) != moments(.chance))
    for track in [moving, still] { #expect(track.tokens(range, of: guitar, seed: 7) == moments(.beat)) }
    #expect(still.tokens(range, of: rain, seed: 7) == range.flatMap { _ in MotionEncoder.rest() })
  }
}
