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

  /// The tensor `name` as floats: F32, F16 and BF16 converted, I8 times the scale of its row (`<name>.scale`).
  /// Throws when it is missing, has another shape, or holds NaN or infinity.
  public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
    let full = path + name
    guard let entry = file.entry(full) else { throw .missingTensor(name: full) }
    guard entry.shape == shape else { throw .wrongShape(name: full, expected: shape, found: entry.shape) }
    let tensor = Tensor(shape: shape)
    let bytes = file.bytes(of: entry)
    guard tensor.count > 0, let base = bytes.baseAddress else { return tensor }
    switch entry.type {
    case .f32: UnsafeMutableRawPointer(tensor.data).copyMemory(from: base, byteCount: bytes.count)
    case .f16: v2a_from_f16(tensor.data, base, tensor.count)
    case .bf16: v2a_from_bf16(tensor.data, base, tensor.count)
    case .i8:
      guard let rows = shape.first, rows > 0 else { throw .unsupportedType(name: full, type: "I8 without rows") }
      let scale = try Weights(file, path: path).scale(name, rows: rows)
      let columns = tensor.count / rows
      let source = base.assumingMemoryBound(to: Int8.self)
      for row in 0..<rows {
        let factor = scale.data[row]
        for column in 0..<columns {
          tensor.data[row * columns + column] = Float(source[row * columns + column]) * factor
        }
      }
    }
    guard v2a_all_finite(tensor.data, tensor.count) == 1 else { throw .notFinite(name: full) }
    return tensor
  }

  private func scale(_ name: String, rows: Int) throws(CheckpointError) -> Tensor {
    guard let entry = file.entry("\(path)\(name).scale"), entry.type == .f32 else {
      throw .missingTensor(name: "\(path)\(name).scale")
    }
    return try tensor("\(name).scale", shape: [rows])
  }
}
