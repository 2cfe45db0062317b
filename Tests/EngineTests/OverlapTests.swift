import Testing
import V2AModels
import V2AStreaming

@testable import V2AEngine

/// Latents of a window that the next one generates again.
@Suite struct OverlapTests {
  private func rows(_ values: [Float]) -> [Float] { values.flatMap { [Float](repeating: $0, count: Codec.latent) } }

  @Test func blendsWhatWasWithWhatIsNew() {
    var track = Layer(PromptPart(kind: .happens, words: ""), seed: 0, at: 10)
    track.append(rows([1, 1, 1, 1]), overlap: 10..<10, share: { _ in 1 })
    track.append(rows([3, 3, 5, 5]), overlap: 12..<14, share: { $0 == 12 ? 0.25 : 0.75 })
    #expect(track.latents.start == 10 && track.latents.end == 16)
    #expect(track.latents[10..<16] == rows([1, 1, 1.5, 2.5, 5, 5]))
  }

  /// Samples that were pushed stay as they were: only latents that are not decoded yet are generated again.
  @Test func onlyWhatIsNotDecoded() {
    for hop in 1...240 { for context in [0, 1, 40] {
      let planner = WindowPlanner(hop: hop, context: context)
      var later = planner
      later.advance()
      #expect(Int64(later.next.overlap.lowerBound) * 2048 >= planner.next.committed)
    } }
  }
}
