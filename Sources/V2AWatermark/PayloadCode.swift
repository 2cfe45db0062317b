import CKernels
import V2ATensor

/// Error correction: 32 bits of payload and 16 of check, in a tail-biting convolutional code of rate 1/4 and constraint
/// length 9 (generators 463, 535, 733, 745 octal), decoded by a Viterbi search that goes round three times, or by a look through
/// all code words that are likely.
enum PayloadCode {
  static let messageBits = 48
  static let codeBits = 4 * messageBits
  private static let memory = 8
  private static let states = 1 << memory
  private static let generators: [UInt32] = [0o463, 0o535, 0o733, 0o745]

  /// For register contents (newest bit highest of nine): the four code bits.
  private static let outputs: [UInt8] = (0..<(2 << memory)).map { register in
    var word: UInt8 = 0
    for (i, g) in generators.enumerated() where (UInt32(register) & g).nonzeroBitCount & 1 == 1 { word |= 1 << UInt8(i) }
    return word
  }

  /// CRC-16 (polynomial 0x1021, start 0xFFFF) of the payload's four bytes, highest first.
  static func check(_ payload: UInt32) -> UInt16 {
    var crc: UInt16 = 0xFFFF
    for bit in (0..<32).reversed() {
      let top = (crc >> 15) ^ UInt16((payload >> UInt32(bit)) & 1)
      crc = (crc << 1) ^ (top == 1 ? 0x1021 : 0)
    }
    return crc
  }

  /// Code word as signs, `codeBits` of -1 or 1.
  static func encode(_ payload: UInt32) -> [Float] {
    let message = UInt64(payload) << 16 | UInt64(check(payload))
    func bit(_ i: Int) -> Int { Int(message >> UInt64(messageBits - 1 - (i + messageBits) % messageBits)) & 1 }
    var word: [Float] = []
    word.reserveCapacity(codeBits)
    for i in 0..<messageBits {
      var register = 0
      for back in 0...memory { register |= bit(i - back) << (memory - back) }
      for g in 0..<4 { word.append((outputs[register] >> UInt8(g)) & 1 == 1 ? 1 : -1) }
    }
    return word
  }

  /// The most likely message for soft values of the code bits (positive: 1), or nil when its check fails.
  static func decode(_ soft: [Float]) -> UInt32? {
    guard soft.count == codeBits, soft.allSatisfy(\.isFinite) else { return nil }
    let laps = 3
    var metric = [Float](repeating: 0, count: states)
    var next = metric
    var survivors = [UInt8](repeating: 0, count: laps * messageBits * states)
    var branch = [Float](repeating: 0, count: 16)
    for step in 0..<laps * messageBits {
      let i = step % messageBits
      for word in 0..<16 {
        var sum: Float = 0
        for g in 0..<4 { sum += (word >> g) & 1 == 1 ? soft[4 * i + g] : -soft[4 * i + g] }
        branch[word] = sum
      }
      // State: the last eight bits, newest highest. Register: new bit, then the state.
      for state in 0..<states {
        let bit = state >> (memory - 1)
        let shifted = (state << 1) & (states - 1)
        let a = shifted, b = shifted | 1
        let ma = metric[a] + branch[Int(outputs[bit << memory | a])]
        let mb = metric[b] + branch[Int(outputs[bit << memory | b])]
        next[state] = max(ma, mb)
        survivors[step * states + state] = mb > ma ? 1 : 0
      }
      swap(&metric, &next)
    }
    var state = metric.indices.max { metric[$0] < metric[$1] } ?? 0
    var message: UInt64 = 0
    for step in (messageBits..<laps * messageBits).reversed() {
      if step < 2 * messageBits {
        let bit = UInt64(state >> (memory - 1))
        message |= bit << UInt64(2 * messageBits - 1 - step)
      }
      state = (state << 1) & (states - 1) | Int(survivors[step * states + state])
    }
    return payload(of: message)
  }

  /// The payload of a message whose check holds.
  private static func payload(of message: UInt64) -> UInt32? {
    let payload = UInt32(truncatingIfNeeded: message >> 16)
    return check(payload) == UInt16(truncatingIfNeeded: message) ? payload : nil
  }

  /// What a code word must correlate with the soft values, in standard deviations, to be taken from among many. Of the 2^32 words whose
  /// check holds, one reaches this on noise in 440 looks.
  private static let least: Float = 6.7
  /// The most words that are looked at, and how far one step of the search goes down.
  private static let most = 4096
  private static let step: Float = 0.3

  /// The most likely of the messages whose check holds, or nil when its correlation is below `least`. So the check's bits help to find
  /// the message, and not only to refuse it: this reads what `decode` does not.
  static func search(_ soft: [Float], scratch: Scratch) -> UInt32? {
    guard soft.count == codeBits, soft.allSatisfy(\.isFinite) else { return nil }
    var square: Float = 0
    for x in soft { square += x * x }
    let unit = square.squareRoot()
    var words = [UInt64](repeating: 0, count: most), values = [Float](repeating: 0, count: most)
    let branches = scratch.buffer(8, 512 * messageBits), work = scratch.buffer(9, states * (messageBits + 1))
    var best = [Float](repeating: 0, count: states)
    v2a_tail_biting_best(&best, branches, soft, outputs, messageBits, work)
    // Each step down holds several times as many words: the first that has one whose check holds has the most likely.
    var level = best.max() ?? 0
    while level > least * unit {
      level = max(level - step * unit, least * unit)
      let count = v2a_tail_biting_words(&words, &values, most, best, branches, messageBits, level, work)
      let right = (0..<min(count, most)).filter { payload(of: words[$0]) != nil }
      if let likely = right.max(by: { values[$0] < values[$1] }) { return payload(of: words[likely]) }
      if count >= most { return nil }
    }
    return nil
  }
}
