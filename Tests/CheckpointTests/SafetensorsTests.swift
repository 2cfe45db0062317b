import Foundation
import Testing
import V2ACheckpoint
import V2ATensor

/// The safetensors reader on good, bad and hostile files.
@Suite struct SafetensorsTests {
  /// A file from a header text and data.
  private func bytes(_ header: String, data: [UInt8] = [], declared: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: (declared ?? UInt64(text.count)).littleEndian) { Array($0) } + text + data
  }

  /// Opens bytes that live as long as the process.
  private func open(_ bytes: [UInt8]) throws(CheckpointError) -> SafetensorsFile {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
    memory.copyBytes(from: bytes)
    return try SafetensorsFile(Storage(permanent: UnsafeRawBufferPointer(rebasing: memory[0..<bytes.count]), name: "test"))
  }

  private let good = #"{"__metadata__":{"a":"b"},"x.w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"q":{"dtype":"I8","shape":[2,3],"data_offsets":[24,30]},"q.scale":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}"#
  private var goodData: [UInt8] {
    [Float](arrayLiteral: 1, 2, 3, 4, 0.5, 2).flatMap { withUnsafeBytes(of: $0) { Array($0) } }
      + [1, 2, 3, 255, 254, 253]
  }

  @Test func readsTensors() throws {
    let weights = Weights(try open(bytes(good, data: goodData)))
    #expect(try weights.at("x").tensor("w", shape: [2, 2]).values == [1, 2, 3, 4])
    #expect(try weights.tensor("q", shape: [2, 3]).values == [0.5, 1, 1.5, -2, -4, -6])
    #expect(weights.contains("q") && !weights.contains("y"))
    #expect(throws: CheckpointError.missingTensor(name: "x.v")) { try weights.at("x").tensor("v", shape: [1]) }
    #expect(throws: CheckpointError.wrongShape(name: "x.w", expected: [4], found: [2, 2])) {
      try weights.tensor("x.w", shape: [4])
    }
  }

  /// Numbers that are zero are not stored: here the second and the last two of [3, 3] are not.
  @Test func sparse() throws {
    let header = #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"x.mask":{"dtype":"I8","shape":[2],"data_offsets":[12,14]}}"#
    let values = [Float](arrayLiteral: 5, 6, 7).flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    func weights(_ mask: [UInt8]) throws -> Weights { Weights(try open(bytes(header, data: values + mask))) }
    #expect(try weights([0b1000_0010, 1]).tensor("x", shape: [3, 3]).values == [0, 5, 0, 0, 0, 0, 0, 6, 7])
    #expect(throws: CheckpointError.self) { try weights([0b1000_0010, 1]).tensor("x", shape: [3, 6]) }  // a mask of another size
    #expect(throws: CheckpointError.self) { try weights([0b1000_0010, 0]).tensor("x", shape: [3, 3]) }  // more numbers than bits
    #expect(throws: CheckpointError.self) { try weights([0b1000_0110, 1]).tensor("x", shape: [3, 3]) }  // fewer
    #expect(throws: CheckpointError.self) { try weights([0b1000_0010, 3]).tensor("x", shape: [3, 3]) }  // a bit after the last
  }

  @Test func refusesNaN() throws {
    let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let weights = Weights(try open(bytes(header, data: withUnsafeBytes(of: Float.nan) { Array($0) })))
    #expect(throws: CheckpointError.notFinite(name: "x")) { try weights.tensor("x", shape: [1]) }
  }

  @Test(arguments: [
    "", "{", "[]", "{}}", #"{"x":1}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,  // wrong length
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,  // overlap
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"C128","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4000]}}"#,
    #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,  // hole at the start
    #"{"x":"\ud800"}"#, "{\"x\":\"\u{1}\"}",
  ]) func refusesHostileHeaders(header: String) {
    #expect(throws: CheckpointError.self) { try open(bytes(header, data: [0, 0, 0, 0, 0, 0, 0, 0])) }
  }

  /// Not an argument above: the test's report would be 100,000 signs long.
  @Test func refusesDeepNesting() {
    #expect(throws: CheckpointError.self) { try open(bytes(String(repeating: "[", count: 100_000))) }
  }

  @Test func refusesBadLengths() {
    #expect(throws: CheckpointError.self) { try open([]) }
    #expect(throws: CheckpointError.self) { try open([1, 2, 3]) }
    #expect(throws: CheckpointError.self) { try open(bytes("{}", declared: .max)) }
    #expect(throws: CheckpointError.self) { try open(bytes("{}", declared: 3)) }
    #expect(throws: CheckpointError.self) { try open(bytes("{}", data: [0])) }
    #expect(throws: CheckpointError.self) { try Storage(path: "/nonexistent/x") }
    #expect(throws: CheckpointError.self) { try Storage(path: "/") }
  }

  /// Mutated and cut files: an error or a valid file, never a crash; a valid one can be read to its last tensor.
  @Test func fuzz() throws {
    var random = SystemRandomNumberGenerator.seeded(17)
    let original = bytes(good, data: goodData)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: original.count + 16, alignment: 1)
    var refused = 0, accepted = 0
    for _ in 0..<30_000 {
      var mutant = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        case 1: mutant.removeLast(min(mutant.count - 1, Int.random(in: 0..<40, using: &random)))
        case 2: mutant.insert(UInt8.random(in: 32...126, using: &random), at: Int.random(in: 0..<mutant.count, using: &random))
        default: mutant[Int.random(in: 0..<min(mutant.count, 8 + good.utf8.count), using: &random)] = "0123456789{}[]\",:-eE".utf8.randomElement(using: &random)!
        }
        if mutant.count > original.count + 15 { mutant.removeLast() }
      }
      memory.copyBytes(from: mutant)
      do {
        let file = try SafetensorsFile(Storage(permanent: UnsafeRawBufferPointer(rebasing: memory[0..<mutant.count]), name: "fuzz"))
        for entry in file.entries { _ = try? Weights(file).tensor(entry.name, shape: entry.shape) }
        accepted += 1
      } catch { refused += 1 }
    }
    print("fuzz: \(refused) mutants refused, \(accepted) accepted, 0 crashes")
    #expect(refused > 10_000)
    memory.deallocate()
  }
}

extension SystemRandomNumberGenerator {
  /// SplitMix64, so that a failure can be repeated.
  static func seeded(_ seed: UInt64) -> SplitMix { SplitMix(state: seed) }
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
