import Foundation
import Testing
import V2AModels
import V2AStreaming

@testable import V2AEngine

@Suite struct PersonTrackTests {
  /// Latents from one step to the next.
  private static let period: Float = 14
  private static let person = Person(probability: 0.95, x: 0.75, y: 0.5, reach: 0.4)

  /// Luma [64, 64]: a patterned body right of the middle, `low` pixels lower than its place, on legs `open` pixels apart.
  private func figure(low: Float, open: Float) -> [Float] {
    (0..<64 * 64).map { i in
      let x = Float(i % 64), y = Float(i / 64)
      let body = exp(-pow((x - 48) / 6, 2) - pow((y - 22 - low) / 14, 2)) * (0.6 + 0.3 * sin(0.7 * (y - low)) * cos(0.5 * x))
      let legs = y > 34 ? 0.5 * (exp(-pow((x - 48 - open) / 2, 2)) + exp(-pow((x - 48 + open) / 2, 2))) : 0
      return 0.3 + 0.3 * body + 0.3 * legs
    }
  }

  /// Somebody followed over `windows` windows of a second.
  private func track(_ person: Person, windows: Int = 3, walks: Bool, hop: Int = 24) -> PersonTrack {
    var track = PersonTrack(), planner = WindowPlanner(hop: hop, context: 40), frame = 0
    for _ in 0..<windows {
      while frame < planner.next.framesNeeded {
        let turn = 2 * Float.pi * Float(frame) / Self.period
        let luma = walks ? figure(low: 0.8 * cos(turn), open: 4 * cos(turn / 2)) : figure(low: 0, open: 2)
        track.append(luma, found: frame % LatentGrid.semanticInterval == 0 ? person : nil)
        frame += 1
      }
      track.update(for: planner.next)
      planner.advance()
    }
    return track
  }

  /// Where steps are, in latents.
  private func steps(_ track: PersonTrack, _ range: Range<Int>) -> [Float] {
    let rows = track.steps(range, or: MotionEncoder.rest(rows: range.count)), width = MotionEncoder.token
    return range.compactMap { index in
      let row = (index - range.lowerBound) * width
      return rows[row] > 1.5 ? Float(index) + rows[row + 1] / (rows[row] / 2) : nil
    }
  }

  /// Steps are a little before the body is lowest, once each, whatever the windows; right of the middle like whoever takes them.
  @Test(arguments: [24, 12]) func whoeverWalks(hop: Int) {
    let windows = 96 / hop, track = track(Self.person, windows: windows, walks: true, hop: hop)
    #expect(track.presence == .walks)
    let found = steps(track, 24..<96)
    #expect((4...6).contains(found.count))
    for step in found {
      let late = (step + 0.12 * Self.period) / Self.period
      #expect(abs(late - late.rounded()) * Self.period < 2, "\(step) is two frames from where the body is lowest")
    }
    for (a, b) in zip(found, found.dropFirst()) { #expect(abs(b - a - Self.period) < 2) }
    let row = track.steps(Int(found[0].rounded())..<Int(found[0].rounded()) + 1, or: MotionEncoder.rest())
    #expect(row[3] > 0.5, "pan")
  }

  @Test func whoeverStays() {
    let track = track(Self.person, walks: false)
    #expect(track.presence == .stays)
    let others = MotionEncoder.rest(rows: 24)
    #expect(track.steps(24..<48, or: others) == others)
  }

  @Test func nobody() {
    #expect(track(Person(probability: 0.5, x: 0.75, y: 0.5, reach: 0.4), walks: true).presence == .nobody)
    var empty = PersonTrack()
    empty.append([Float](repeating: 0, count: 4096))
    empty.append([], found: Self.person, width: 0, height: -1)
    empty.update(for: WindowPlanner(hop: 24, context: 0).next)
    #expect(empty.presence == .nobody || empty.presence == .stays)
  }

  /// Memory does not grow, and what a later window needs stays.
  @Test func forgets() {
    var track = track(Self.person, windows: 4, walks: true)
    let before = track.steps(56..<96, or: MotionEncoder.rest(rows: 40))
    track.forget(next: 96, before: 56)
    #expect(track.steps(56..<96, or: MotionEncoder.rest(rows: 40)) == before)
    #expect(track.steps(0..<56, or: MotionEncoder.rest(rows: 56)) == MotionEncoder.rest(rows: 56))
  }
}
