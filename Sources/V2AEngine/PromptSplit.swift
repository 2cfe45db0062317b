/// Where the words of a prompt divide.
enum PromptSplit {
  /// Words that join two parts, unless what they join is one thing.
  private static let joins: Set<String> = ["and", "while", "&", "+"]
  private static let one: Set<String> = ["black and white", "black & white", "drum and bass", "drum & bass", "rock and roll", "rock & roll"]
  /// Words that join two sounds as well as a sound and what makes it: a man with a hat, wind with rain.
  private static let looseJoins: [[String]] = [
    ["followed", "by"], ["accompanied", "by"], ["along", "with"], ["together", "with"], ["mixed", "with"], ["as", "well", "as"], ["before"], ["after"], ["then"],
    ["as"], ["with"], ["over"], ["during"],
  ]
  /// Loose joins of a part that are tried, at most.
  private static let tries = 4

  /// Parts of a prompt as commas, full stops and words like "and" divide it.
  static func parts(_ prompt: String) -> [String] {
    var parts: [String] = []
    for phrase in prompt.split(whereSeparator: { ",;.\n".contains($0) }) {
      let words = phrase.split(whereSeparator: \.isWhitespace)
      func joins(_ i: Int) -> Bool {
        guard Self.joins.contains(words[i].lowercased()) else { return false }
        return !one.contains(words[max(0, i - 1)...min(i + 1, words.count - 1)].joined(separator: " ").lowercased())
      }
      for part in words.indices.split(whereSeparator: joins) { parts.append(words[part].joined(separator: " ")) }
    }
    return parts
  }

  /// A part divided where "with", "then" and the like stand between two sounds.
  static func sounds(_ part: String, isSound: (String) -> Bool) -> [String] {
    let words = part.split(whereSeparator: \.isWhitespace), lowered = words.map { $0.lowercased() }
    var sounds: [String] = [], start = 0, place = 1, left = tries
    while place < words.count, left > 0 {
      let join = looseJoins.first { lowered[place...].starts(with: $0) }?.count ?? 0
      if join > 0, place > start, place + join < words.count {
        left -= 1
        let before = words[start..<place].joined(separator: " "), after = words[(place + join)...].joined(separator: " ")
        if isSound(before) && isSound(after) {
          sounds.append(before)
          start = place + join
        }
      }
      place += max(1, join)
    }
    return sounds + [words[start...].joined(separator: " ")]
  }
}
