@_spi(_Unicode) import Swift
import V2ACheckpoint

/// BERT's uncased tokenizer: clean, lower-case, strip accents, split punctuation and CJK, then greedy longest match.
public struct WordPieceTokenizer: Sendable {
  /// [CLS] and [SEP] included; longer prompts are cut.
  public static let maxTokens = 64
  private static let maxWord = 100
  private let ids: [String: Int]
  private let unknown, cls, sep: Int

  /// Reads vocab.txt: one token per line, the line number is the id.
  public init(_ storage: Storage) throws(CheckpointError) {
    guard let text = String(validating: storage.bytes, as: UTF8.self) else {
      throw .unreadable(path: storage.name, reason: "not UTF-8")
    }
    var ids: [String: Int] = [:]
    for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
      ids[String(line)] = i
    }
    guard let unknown = ids["[UNK]"], let cls = ids["[CLS]"], let sep = ids["[SEP]"] else {
      throw .unreadable(path: storage.name, reason: "[UNK], [CLS] or [SEP] is missing")
    }
    self.ids = ids
    self.unknown = unknown
    self.cls = cls
    self.sep = sep
  }

  /// Ids of a prompt, between [CLS] and [SEP].
  public func callAsFunction(_ text: String) -> [Int] {
    var out = [cls]
    for word in words(text) {
      out += pieces(word)
      if out.count >= Self.maxTokens - 1 { break }
    }
    return out.prefix(Self.maxTokens - 1) + [sep]
  }

  /// Lower-case words without accents; punctuation and CJK characters stand alone.
  func words(_ text: String) -> [String] {
    var out: [String] = []
    var word = String.UnicodeScalarView()
    func flush() {
      if !word.isEmpty { out.append(String(word)) }
      word = String.UnicodeScalarView()
    }
    for scalar in String(text.prefix(10_000)).lowercased().decomposed.unicodeScalars {
      let category = scalar.properties.generalCategory
      if category == .nonspacingMark { continue }
      if scalar == "\t" || scalar == "\n" || scalar == "\r" || category == .spaceSeparator {
        flush()
      } else if scalar.value == 0xFFFD || category == .control || category == .format {
        continue
      } else if Self.isPunctuation(scalar, category) || Self.isCJK(scalar.value) {
        flush()
        out.append(String(scalar))
      } else {
        word.append(scalar)
      }
    }
    flush()
    return out
  }

  private func pieces(_ word: String) -> [Int] {
    let scalars = Array(word.unicodeScalars)
    guard scalars.count <= Self.maxWord else { return [unknown] }
    var out: [Int] = []
    var start = 0
    while start < scalars.count {
      var end = scalars.count
      var found: Int?
      while end > start {
        var piece = String.UnicodeScalarView()
        if start > 0 { piece.append(contentsOf: "##".unicodeScalars) }
        piece.append(contentsOf: scalars[start..<end])
        found = ids[String(piece)]
        if found != nil { break }
        end -= 1
      }
      guard let id = found else { return [unknown] }
      out.append(id)
      start = end
    }
    return out
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: return true
    default: break
    }
    switch category {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isCJK(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }
}

extension String {
  /// Canonical decomposition (NFD).
  fileprivate var decomposed: String { String(String.UnicodeScalarView(_nfd)) }
}
