import Foundation
import Testing
import V2AModels
import V2AStreaming
import V2ATensor

@testable import V2AEngine

/// Somebody in a picture, through the real networks. Fixtures/astronaut.rgb: Eileen Collins, photographed by NASA (public domain), 39 x 56 pixels.
@Suite struct WalkingTests {
  private let figure: [UInt8]
  private static let width = 39, height = 56, side = GridFrame.colourSide

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/astronaut.rgb")
    figure = [UInt8](try Data(contentsOf: file))
    try #require(figure.count == 3 * Self.width * Self.height)
  }

  /// RGB [224, 224, 3]: the figure, twice as large, below the middle of grey, `low` pixels lower; nothing but grey without it.
  private func picture(low: Int, isThere: Bool = true) -> [UInt8] {
    var out = [UInt8](repeating: 90, count: 3 * Self.side * Self.side)
    guard isThere else { return out }
    for row in max(0, 106 + low)..<min(Self.side, 106 + low + 2 * Self.height) {
      for column in 0..<2 * Self.width {
        let from = ((row - 106 - low) / 2 * Self.width + column / 2) * 3, to = (row * Self.side + 73 + column) * 3
        for c in 0..<3 { out[to + c] = figure[from + c] }
      }
    }
    return out
  }

  private func frame(_ k: Int, _ rgb: [UInt8]) -> GridFrame {
    let side = GridFrame.lumaSide
    let luma = (0..<side * side).map { i -> UInt8 in
      let rows = i / side * 7 / 2..<(i / side + 1) * 7 / 2, columns = i % side * 7 / 2..<(i % side + 1) * 7 / 2
      var sum = 0
      for row in rows { for column in columns { for c in 0..<3 { sum += Int(rgb[(row * Self.side + column) * 3 + c]) } } }
      return UInt8(sum / (3 * rows.count * columns.count))
    }
    let isLookedAt = k % LatentGrid.semanticInterval == 0
    return GridFrame(index: k, luma: luma, rgb: isLookedAt ? rgb : nil, whole: isLookedAt ? WholePicture(rgb: rgb, width: 1, height: 1) : nil)
  }

  @Test func isFound() throws {
    let detector = try #require(try VideoToAudioModel.load(folder: nil).personDetector), scratch = Scratch()
    let person = detector(rgb: picture(low: 0), scratch: scratch)
    #expect(person.probability > 0.85)
    #expect(abs(person.x - 0.49) < 0.08 && abs(person.y - 0.9) < 0.12 && abs(person.reach - 0.36) < 0.08)
    #expect(detector(rgb: picture(low: 0, isThere: false), scratch: scratch).probability < 0.5)
  }

  /// What is heard without a prompt of somebody who goes up and down at a walk, of somebody who turns their head, and with a prompt.
  @Test(arguments: [(true, "", "footsteps on concrete"), (false, "", "a gentle wind"), (true, "rain falling", "rain falling")])
  func isHeard(walks: Bool, prompt: String, told: String) throws {
    let soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(
      SoundtrackTests.settings {
        $0.prompt = prompt
        $0.hop = 24
      })
    var layers: [[String]] = []
    for k in 0..<90 {
      var rgb = picture(low: walks ? Int((4 * cos(2 * Double.pi * Double(k) / 14)).rounded()) : 0)
      if !walks { for row in 110..<116 { for i in 0..<90 { rgb[(row * Self.side + 100) * 3 + i] = UInt8((k * 3) % 256) } } }
      try soundtrack.append(frame(k, rgb))
      while soundtrack.isReady { layers.append(try soundtrack.generateNext(isCancelled: { false }).report.layers) }
    }
    #expect(layers.count >= 3 && layers.allSatisfy { $0 == [told] })
  }
}
