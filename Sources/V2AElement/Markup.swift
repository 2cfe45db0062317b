/// Pango markup and the tags of subtitle files.
enum Markup {
  private static let entities: [(String, Character)] = [
    ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&nbsp;", " "),
  ]

  /// The text without tags, entities resolved. A `<` that no tag follows stays.
  static func removed(from text: String) -> String {
    var out = ""
    var rest = Substring(text)
    while let next = rest.first {
      if next == "<", let end = rest.firstIndex(of: ">"), isTag(rest[rest.index(after: rest.startIndex)..<end]) {
        rest = rest[rest.index(after: end)...]
      } else if next == "&", let (entity, meaning) = entities.first(where: { rest.hasPrefix($0.0) }) {
        out.append(meaning)
        rest = rest.dropFirst(entity.count)
      } else {
        out.append(next)
        rest = rest.dropFirst()
      }
    }
    return out
  }

  private static func isTag(_ inside: Substring) -> Bool {
    guard let first = inside.first else { return false }
    return (first.isLetter || first == "/") && !inside.contains(where: \.isNewline)
  }
}
