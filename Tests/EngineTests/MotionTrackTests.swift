import Foundation
import Testing
import V2AModels
import V2AStreaming
import V2ATensor

@testable import V2AEngine

@Suite struct MotionTrackTests {
  private let model: VideoToAudioModel
  init() throws { model = try VideoToAudioModel.load(folder: nil) }

  private func happening(_ prompt: String) -> Happening {
    let words = prompt.isEmpty ? [Float](repeating: 0, count: 384) : model.textEncoder(model.tokenizer(prompt)).mean
    return Happening(words: words, seen: [], spokenOf: model.spokenOf)
  }

  /// Tokens of two seconds of a bar that stands still or walks to and fro.
  private func track(moves: Bool) -> (MotionTrack, Range<Int>) {
    track { frame in
      let left = moves ? abs(frame * 3 % 100 - 50) : 20
      return (0..<64 * 64).map { (left..<left + 8).contains($0 % 64) ? Float(1) : 0.1 }
    }
  }

  /// Tokens of two seconds of pictures [64 * 64] of a frame's number.
  private func track(_ luma: (Int) -> [Float]) -> (MotionTrack, Range<Int>) {
    var track = MotionTrack(encoder: model.motionEncoder)
    let scratch = Scratch(), window = WindowPlanner(hop: 48, context: 0).next
    for frame in 0..<window.framesNeeded { track.append(luma(frame), scratch: scratch) }
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

  /// A picture that drifts and shows nothing that happens: a bark does not wait for it, and what is not known to happen does not.
  @Test func nothingHappens() {
    let (drifting, range) = track { frame in (0..<64 * 64).map { 0.5 + 0.3 * Foundation.sin(Float($0 % 64) / 10 + Float(frame) / 20) } }
    #expect(!drifting.happens(before: range.upperBound))
    #expect(drifting.tokens(range, of: happening("a dog barking"), seed: 7) == range.flatMap { ChanceEvents(seed: 7, pace: .chance).token($0) })
    #expect(drifting.tokens(range, of: happening(""), seed: 7) == range.flatMap { _ in MotionEncoder.rest() })
    #expect(drifting.tokens(range, of: happening("rain falling"), seed: 7) != range.flatMap { _ in MotionEncoder.rest() })
  }

  /// Of what is not known to happen only what is certain to stays, with what is around it.
  @Test func onlyWhatIsCertain() {
    let (bouncing, range) = track { SoundtrackTests.frame($0).luma.map { Float($0) / 255 } }
    #expect(bouncing.happens(before: range.upperBound))
    let all = bouncing.tokens(range, of: happening("rain falling"), seed: 7), sure = bouncing.tokens(range, of: happening(""), seed: 7)
    let onsets = stride(from: 0, to: all.count, by: MotionEncoder.token).map { all[$0] }
    for (row, onset) in onsets.enumerated() {
      let token = row * MotionEncoder.token..<(row + 1) * MotionEncoder.token
      let isNear = onsets[max(0, row - 3)..<min(onsets.count, row + 4)].contains { $0 >= 0.6 }
      #expect(Array(sure[token]) == (isNear ? Array(all[token]) : MotionEncoder.rest()), "\(row) \(onset)")
    }
  }
}
