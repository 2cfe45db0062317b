import Foundation
import Testing
import V2ACheckpoint

@testable import V2AModels

@Suite struct TokenizerTests {
  /// Ids equal BERT's for prompts in many scripts, with accents, marks, controls and odd spaces.
  @Test func parity() throws {
    let tokenizer = try WordPieceTokenizer(Storage(path: Fixtures.model.appending(path: "vocab.txt").path))
    let table = try String(contentsOf: Fixtures.folder.appending(path: "tokenizer.tsv"), encoding: .utf8)
    var count = 0
    for line in table.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      let bytes = stride(from: 0, to: columns[0].count, by: 2).map { i in
        let from = columns[0].index(columns[0].startIndex, offsetBy: i)
        return UInt8(columns[0][from...].prefix(2), radix: 16) ?? 0
      }
      let prompt = String(decoding: bytes, as: UTF8.self)
      let ids = columns[1].split(separator: ",").compactMap { Int($0) }
      #expect(tokenizer(prompt) == ids, "\(prompt)")
      count += 1
    }
    #expect(count > 30)
  }

  /// Random bytes as UTF-8 never trap, and the result stays within bounds.
  @Test func randomBytes() throws {
    let tokenizer = try WordPieceTokenizer(Storage(path: Fixtures.model.appending(path: "vocab.txt").path))
    var generator = SplitMix(state: 1)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let ids = tokenizer(String(decoding: bytes, as: UTF8.self))
      #expect(ids.count >= 2 && ids.count <= WordPieceTokenizer.maxTokens)
    }
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
