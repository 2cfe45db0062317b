import CKernels
import V2ATensor

/// A safetensors file and a dotted path into it, so that a network's code reads like PyTorch's: `w.at("blocks").at(0)`.
public struct Weights: Sendable {
  public let file: SafetensorsFile
  public let path: String

  public init(_ file: SafetensorsFile, path: String = "") {
    self.file = file
    self.path = path
  }

  public func at(_ component: String) -> Weights { Weights(file, path: path + component + ".") }
  public func at(_ index: Int) -> Weights { at(String(index)) }
  public func contains(_ name: String) -> Bool { file.entry(path + name) != nil }

  /// The tensor `name` as floats: F32, F16 and BF16 converted, I8 times the scale of its row (`<name>.scale`), with zeros where `<name>.mask`
  /// says so. Throws when it is missing, has another shape, or holds NaN or infinity.
  public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
    let full = path + name
    guard let entry = file.entry(full) else { throw .missingTensor(name: full) }
    if let mask = file.entry("\(full).mask") { return try sparse(entry, mask, shape: shape) }
    guard entry.shape == shape else { throw .wrongShape(name: full, expected: shape, found: entry.shape) }
    return try dense(entry)
  }

  private func dense(_ entry: SafetensorsFile.Entry) throws(CheckpointError) -> Tensor {
    let tensor = Tensor(shape: entry.shape)
    let bytes = file.bytes(of: entry)
    guard tensor.count > 0, let base = bytes.baseAddress else { return tensor }
    if entry.type == .i8 {
      guard let rows = entry.shape.first, rows > 0 else { throw .unsupportedType(name: entry.name, type: "I8 without rows") }
      let scale = try Weights(file).scale(entry.name, rows: rows)
      let columns = tensor.count / rows
      for row in 0..<rows {
        entry.type.convert(base + row * columns, count: columns, scale: scale.data[row], into: tensor.data + row * columns)
      }
    } else {
      entry.type.convert(base, count: tensor.count, scale: 1, into: tensor.data)
    }
    guard v2a_all_finite(tensor.data, tensor.count) == 1 else { throw .notFinite(name: entry.name) }
    return tensor
  }

  /// The matrix `name` with its rows left in the file. Throws as `tensor` does, but numbers that are not finite show only in the rows.
  public func rows(_ name: String, shape: [Int]) throws(CheckpointError) -> WeightRows {
    let full = path + name
    guard let entry = file.entry(full) else { throw .missingTensor(name: full) }
    guard entry.shape == shape, shape.count == 2 else { throw .wrongShape(name: full, expected: shape, found: entry.shape) }
    return WeightRows(file: file, entry: entry, scale: entry.type == .i8 ? try scale(name, rows: shape[0]) : nil)
  }

  /// A tensor of which only the numbers that are not zero are stored [n], in order, and a bit for each number, the lowest of a byte first, that is 1
  /// for those.
  private func sparse(_ entry: SafetensorsFile.Entry, _ mask: SafetensorsFile.Entry, shape: [Int]) throws(CheckpointError) -> Tensor {
    let tensor = Tensor(shape: shape), bits = file.bytes(of: mask)
    guard mask.type == .i8, bits.count == (tensor.count + 7) / 8 else {
      throw .wrongShape(name: mask.name, expected: [(tensor.count + 7) / 8], found: mask.shape)
    }
    let stored = try Weights(file).dense(entry)
    var next = 0
    for i in 0..<tensor.count where bits[i / 8] >> (i % 8) & 1 == 1 {
      guard next < stored.count else { break }
      tensor.data[i] = stored.data[next]
      next += 1
    }
    let wanted = bits.reduce(0) { $0 + $1.nonzeroBitCount }
    guard next == stored.count, next == wanted else { throw .wrongShape(name: entry.name, expected: [wanted], found: entry.shape) }
    return tensor
  }

  private func scale(_ name: String, rows: Int) throws(CheckpointError) -> Tensor {
    guard let entry = file.entry("\(path)\(name).scale"), entry.type == .f32 else {
      throw .missingTensor(name: "\(path)\(name).scale")
    }
    return try tensor("\(name).scale", shape: [rows])
  }
}

extension SafetensorsFile.ElementType {
  /// `count` stored numbers as floats; `scale` is for I8.
  fileprivate func convert(_ from: UnsafeRawPointer, count: Int, scale: Float, into output: UnsafeMutablePointer<Float>) {
    switch self {
    case .f32: UnsafeMutableRawPointer(output).copyMemory(from: from, byteCount: 4 * count)
    case .f16: v2a_from_f16(output, from, count)
    case .bf16: v2a_from_bf16(output, from, count)
    case .i8: v2a_from_i8(output, from.assumingMemoryBound(to: Int8.self), scale, count)
    }
  }
}

/// A matrix of which single rows are wanted: a table of embeddings. It stays as it is stored.
public struct WeightRows: Sendable {
  let file: SafetensorsFile
  let entry: SafetensorsFile.Entry
  let scale: Tensor?

  /// Adds row `index`, which must exist, to `output`.
  public func add(_ index: Int, to output: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < entry.shape[0])
    let width = entry.shape[1]
    guard width > 0, let base = file.bytes(of: entry).baseAddress else { return }
    let row = base + index * width * entry.type.size
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { values in
      guard let start = values.baseAddress else { return }
      entry.type.convert(row, count: width, scale: scale?.data[index] ?? 1, into: start)
      for i in 0..<width { output[i] += start[i] }
    }
  }
}
