import CKernels

/// The secret that spreads the mark: which tiles carry synchronisation and which the payload, and their signs. The default key
/// is public, so that anyone can detect.
public struct WatermarkKey: Sendable, Equatable {
  public static let standard = WatermarkKey("gst-v2a public watermark key 1")

  /// Part of the tiles that is for synchronisation, and what finds a mark whose payload is not known.
  static let syncShare: Float = 0.5

  /// Sign of tile (slot, band) for synchronisation; 0 where it carries payload.
  let sync: [Float]
  /// Sign that a tile lays over its code bit; 0 where it carries synchronisation.
  let scramble: [Float]
  /// Number of the code bit that a tile carries.
  let codeBit: [Int]
  private let seed: UInt64

  /// An empty string gives the standard key.
  public init(_ text: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in (text.isEmpty ? "gst-v2a public watermark key 1" : text).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    seed = hash
    var order = Array(0..<Layout.tiles)
    for i in stride(from: Layout.tiles - 1, to: 0, by: -1) {
      order.swapAt(i, Int(Self.number(hash, UInt32(i), 0) % UInt32(i + 1)))
    }
    // Every second tile of the shuffled plane is for synchronisation, the others take the code bits in turn.
    var sync = [Float](repeating: 0, count: Layout.tiles), scramble = sync
    var codeBit = [Int](repeating: 0, count: Layout.tiles)
    var turn = 0
    for (i, tile) in order.enumerated() {
      let sign: Float = Self.number(hash, UInt32(tile), 1) & 1 == 0 ? -1 : 1
      if i % 2 == 0 {
        sync[tile] = sign
      } else {
        scramble[tile] = sign
        codeBit[tile] = turn % PayloadCode.codeBits
        turn += 1
      }
    }
    self.sync = sync
    self.scramble = scramble
    self.codeBit = codeBit
  }

  /// Signs of all tiles for a payload.
  func chips(_ payload: UInt32) -> [Float] {
    let word = PayloadCode.encode(payload)
    return (0..<Layout.tiles).map { sync[$0] != 0 ? sync[$0] : scramble[$0] * word[codeBit[$0]] }
  }

  /// Slot in which a stream begins: marks laid over one another with other payloads do not meet in the same tiles.
  func firstSlot(_ payload: UInt32) -> Int { Int(Self.number(seed ^ UInt64(payload), payload, 2) % UInt32(Layout.slots)) }

  private static func number(_ seed: UInt64, _ index: UInt32, _ stream: UInt32) -> UInt32 {
    let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let counter = [index, stream, 0, 0x574D_4B31]
    var out: [UInt32] = [0, 0, 0, 0]
    v2a_philox(&out, counter, key)
    return out[0]
  }
}
