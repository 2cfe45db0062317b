/// What somebody says of a sound without saying that it is one: "the loud sound of an engine can be heard" is an engine.
enum PlainWords {
  private static let sounds: Set<String> = ["sound", "sounds", "sounding", "noise", "noises"]
  private static let joins: Set<String> = ["of", "from", "like"]
  private static let degrees: Set<String> = [
    "the", "a", "an", "some", "loud", "low", "faint", "soft", "small", "distant", "various", "random", "constant", "continuous",
  ]
  /// Their noise is one of a kind.
  private static let colours: Set<String> = ["white", "pink", "brown"]
  private static let helpers: Set<String> = ["is", "are", "was", "be", "being"]
  private static let verbs: Set<String> = ["heard", "occurring", "audible"]

  /// Words as they are if nothing else would be left.
  static func of(_ words: String) -> String {
    let tokens = words.split(whereSeparator: \.isWhitespace), lowered = tokens.map { $0.lowercased() }
    var kept: [Int] = [], place = 0
    while place < tokens.count {
      let word = lowered[place], before = place > 0 ? lowered[place - 1] : "", after = place + 1 < tokens.count ? lowered[place + 1] : ""
      if sounds.contains(word), !colours.contains(before) {
        if joins.contains(after) {
          while let last = kept.last, degrees.contains(lowered[last]) { kept.removeLast() }
          place += 1
        }
      } else if verbs.contains(word), helpers.contains(before) {
        while let last = kept.last, helpers.contains(lowered[last]) || lowered[last] == "can" { kept.removeLast() }
      } else {
        kept.append(place)
      }
      place += 1
    }
    let isAnythingLeft = kept.contains { !degrees.contains(lowered[$0]) }
    return isAnythingLeft ? kept.map { String(tokens[$0]) }.joined(separator: " ") : words
  }
}
