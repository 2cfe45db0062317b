#if canImport(Glibc)
  import Glibc
#endif

/// A contiguous row-major array of 32-bit floats that owns its memory (64-byte aligned). Immutable once shared.
public final class Tensor: @unchecked Sendable {
  public let shape: [Int]
  public let count: Int
  /// First element; valid as long as the tensor lives.
  public let data: UnsafeMutablePointer<Float>

  /// Zeros of the given shape.
  public init(shape: [Int]) {
    self.shape = shape
    count = shape.reduce(1, *)
    data = allocateFloats(count)
  }

  /// A copy of `values`, whose number must be the product of `shape`.
  public convenience init(shape: [Int], _ values: [Float]) {
    self.init(shape: shape)
    precondition(values.count == count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { data.update(from: base, count: count) }
    }
  }

  deinit { free(data) }

  public var values: [Float] { Array(UnsafeBufferPointer(start: data, count: count)) }
}

/// Working memory of a network: allocated once, grown when a larger input comes, never shared between threads.
public final class Scratch {
  private var buffers: [UnsafeMutablePointer<Float>?] = []
  private var capacities: [Int] = []

  public init() {}

  deinit { for case let buffer? in buffers { free(buffer) } }

  /// Buffer number `slot` with room for `count` floats; its contents are undefined.
  public func buffer(_ slot: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
    while buffers.count <= slot {
      buffers.append(nil)
      capacities.append(0)
    }
    if let buffer = buffers[slot], capacities[slot] >= count { return buffer }
    if let old = buffers[slot] { free(old) }
    let fresh = allocateFloats(count)
    buffers[slot] = fresh
    capacities[slot] = count
    return fresh
  }
}

/// Zeroed floats at a 64-byte boundary. Running out of memory ends the process, as everywhere in GLib.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let bytes = max(64, count * MemoryLayout<Float>.stride)
  guard let raw = aligned_alloc(64, (bytes + 63) / 64 * 64) else { fatalError("out of memory: \(bytes) bytes") }
  memset(raw, 0, bytes)
  return raw.bindMemory(to: Float.self, capacity: max(1, count))
}
