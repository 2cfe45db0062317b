/// A JSON value, as small as model files need: objects keep their order and may not repeat a key.
public indirect enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  public static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.array(let x), .array(let y)): x == y
    case (.object(let x), .object(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  public subscript(key: String) -> JSON? {
    if case .object(let members) = self { return members.first { $0.key == key }?.value }
    return nil
  }

  public var string: String? { if case .string(let s) = self { s } else { nil } }
  public var number: Double? { if case .number(let n) = self { n } else { nil } }
  public var array: [JSON]? { if case .array(let a) = self { a } else { nil } }
  public var object: [(key: String, value: JSON)]? { if case .object(let o) = self { o } else { nil } }

  /// A whole number that fits, or nil.
  public var integer: Int? {
    guard case .number(let n) = self, n.rounded(.towardZero) == n, abs(n) <= 9.007199254740992e15 else { return nil }
    return Int(n)
  }

  /// Parses a whole document (RFC 8259). Nesting deeper than 32 levels is refused.
  public static func parse(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) -> JSON {
    var parser = Parser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("text after the end of the JSON value") }
    return value
  }
}

private struct Parser {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func error(_ text: String) -> CheckpointError { .malformed(reason: "\(text) at byte \(position) of the JSON text") }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let c = next, c == 0x20 || c == 0x09 || c == 0x0A || c == 0x0D { position += 1 }
  }

  mutating func expect(_ c: UInt8) throws(CheckpointError) {
    guard next == c else { throw error("expected '\(Character(UnicodeScalar(c)))'") }
    position += 1
  }

  mutating func word(_ text: StaticString, _ value: JSON) throws(CheckpointError) -> JSON {
    for i in 0..<text.utf8CodeUnitCount {
      guard next == text.utf8Start[i] else { throw error("unknown word") }
      position += 1
    }
    return value
  }

  mutating func value(depth: Int) throws(CheckpointError) -> JSON {
    guard depth < 32 else { throw error("nesting too deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("the text ends early")
    default: return try number()
    }
  }

  mutating func object(depth: Int) throws(CheckpointError) -> JSON {
    try expect(UInt8(ascii: "{"))
    var members: [(key: String, value: JSON)] = []
    var keys: Set<String> = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipSpace()
      let key = try string()
      guard keys.insert(key).inserted else { throw error("key \"\(key)\" stands twice") }
      skipSpace()
      try expect(UInt8(ascii: ":"))
      members.append((key, try value(depth: depth + 1)))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "}"))
      return .object(members)
    }
  }

  mutating func array(depth: Int) throws(CheckpointError) -> JSON {
    try expect(UInt8(ascii: "["))
    var items: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "]"))
      return .array(items)
    }
  }

  mutating func string() throws(CheckpointError) -> String {
    try expect(UInt8(ascii: "\""))
    var units: [UInt8] = []
    while let c = next {
      position += 1
      if c == UInt8(ascii: "\"") {
        guard let text = String(validating: units, as: UTF8.self) else { throw error("invalid UTF-8") }
        return text
      }
      guard c >= 0x20 else { throw error("control character in a string") }
      guard c == UInt8(ascii: "\\") else {
        units.append(c)
        continue
      }
      units.append(contentsOf: try escape().utf8)
    }
    throw error("a string does not end")
  }

  private mutating func escape() throws(CheckpointError) -> String {
    guard let c = next else { throw error("a string does not end") }
    position += 1
    switch c {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(c))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard next == UInt8(ascii: "\\") else { throw error("half a surrogate pair") }
        position += 1
        try expect(UInt8(ascii: "u"))
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else { throw error("half a surrogate pair") }
      return String(Character(scalar))
    default: throw error("unknown escape")
    }
  }

  private mutating func hexadecimal() throws(CheckpointError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let c = next, let digit = Character(UnicodeScalar(c)).hexDigitValue else { throw error("bad \\u escape") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  mutating func number() throws(CheckpointError) -> JSON {
    let start = position
    while let c = next, (c >= 0x30 && c <= 0x39) || c == 0x2B || c == 0x2D || c == 0x2E || c == 0x65 || c == 0x45 {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard position > start, position - start <= 40, let number = Double(text), number.isFinite else {
      position = start
      throw error("not a number")
    }
    return .number(number)
  }
}
