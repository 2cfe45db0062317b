/// A validated safetensors file: 8 bytes little-endian header length, a JSON header, then the tensors' bytes.
public final class SafetensorsFile: Sendable {
  public enum ElementType: String, Sendable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case i8 = "I8"

    var size: Int {
      switch self {
      case .f32: 4
      case .f16, .bf16: 2
      case .i8: 1
      }
    }
  }

  public struct Entry: Sendable, Equatable {
    public let name: String
    public let type: ElementType
    public let shape: [Int]
    /// Offset into the file and number of bytes.
    public let offset: Int
    public let size: Int
  }

  public static let headerLimit = 16 << 20

  public let storage: Storage
  /// In the order of their bytes.
  public let entries: [Entry]
  private let index: [String: Int]

  /// Reads and checks the header: nothing of the tensors' data is touched. Throws on anything that is not exactly right.
  public init(_ storage: Storage) throws(CheckpointError) {
    let bytes = storage.bytes
    guard bytes.count >= 8 else { throw .malformed(reason: "only \(bytes.count) bytes long") }
    let declared = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard declared <= UInt64(min(Self.headerLimit, bytes.count - 8)) else {
      throw .malformed(reason: "a header of \(declared) bytes in a file of \(bytes.count)")
    }
    let length = Int(declared)
    let header = try JSON.parse(UnsafeRawBufferPointer(rebasing: bytes[8..<8 + length]))
    guard let members = header.object else { throw .malformed(reason: "the header is not a JSON object") }
    let dataSize = bytes.count - 8 - length
    var found: [Entry] = []
    for (name, value) in members where name != "__metadata__" {
      found.append(try Self.entry(name, value, dataStart: 8 + length, dataSize: dataSize))
    }
    found.sort { ($0.offset, $0.size) < ($1.offset, $1.size) }
    var end = 8 + length
    for entry in found {
      guard entry.offset == end else {
        throw .malformed(reason: "tensor \(entry.name) overlaps another or leaves a hole before it")
      }
      end += entry.size
    }
    guard end == bytes.count else { throw .malformed(reason: "\(bytes.count - end) bytes after the last tensor") }
    self.storage = storage
    entries = found
    index = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1.name, $0) })
  }

  private static func entry(_ name: String, _ value: JSON, dataStart: Int, dataSize: Int) throws(CheckpointError) -> Entry {
    guard let typeName = value["dtype"]?.string else { throw .malformed(reason: "tensor \(name) has no dtype") }
    guard let type = ElementType(rawValue: typeName) else { throw .unsupportedType(name: name, type: typeName) }
    guard let dimensions = value["shape"]?.array, dimensions.count <= 8 else {
      throw .malformed(reason: "tensor \(name) has no usable shape")
    }
    var shape: [Int] = []
    var size = type.size
    for dimension in dimensions {
      guard let n = dimension.integer, n >= 0 else { throw .malformed(reason: "tensor \(name) has a bad dimension") }
      let (product, overflow) = size.multipliedReportingOverflow(by: n)
      guard !overflow else { throw .malformed(reason: "tensor \(name) is impossibly large") }
      size = product
      shape.append(n)
    }
    guard let offsets = value["data_offsets"]?.array, offsets.count == 2, let begin = offsets[0].integer,
      let end = offsets[1].integer, begin >= 0, end >= begin, end <= dataSize
    else { throw .malformed(reason: "tensor \(name) lies outside the file") }
    guard end - begin == size else {
      throw .malformed(reason: "tensor \(name) of shape \(shape) has \(end - begin) bytes instead of \(size)")
    }
    return Entry(name: name, type: type, shape: shape, offset: dataStart + begin, size: size)
  }

  public func entry(_ name: String) -> Entry? { index[name].map { entries[$0] } }

  /// The bytes of a tensor.
  public func bytes(of entry: Entry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: storage.bytes[entry.offset..<entry.offset + entry.size])
  }
}
