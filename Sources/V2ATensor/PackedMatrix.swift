import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// What happens to v = x W^T + bias before it is stored.
public enum Activation: Sendable {
  case identity, gelu, relu6, silu

  var code: Int32 {
    switch self {
    case .identity: Int32(V2A_IDENTITY)
    case .gelu: Int32(V2A_GELU_TANH)
    case .relu6: Int32(V2A_RELU6)
    case .silu: Int32(V2A_SILU)
    }
  }
}

/// A matrix [outputs, inputs] reordered once for products x W^T; the only place beside `BLAS` that multiplies.
///
/// A row of the product is the same bit for bit whatever other rows are computed with it, except at `KernelLevel.blas`.
public final class PackedMatrix: @unchecked Sendable {
  public let outputs: Int
  public let inputs: Int
  private let level: KernelLevel
  private let isHalf: Bool
  private let memory: UnsafeMutableRawPointer

  public init(
    _ weight: UnsafePointer<Float>, outputs: Int, inputs: Int, precision: Precision = .float32, level: KernelLevel = .current
  ) {
    self.outputs = outputs
    self.inputs = inputs
    self.level = level
    isHalf = precision == .bfloat16 && level >= .avx512bf16
    if level == .blas {
      let copy = allocateFloats(outputs * inputs)
      copy.update(from: weight, count: outputs * inputs)
      memory = UnsafeMutableRawPointer(copy)
    } else {
      let size = v2a_packed_size(level.rawValue, isHalf ? 1 : 0, outputs, inputs)
      memory = UnsafeMutableRawPointer(allocateFloats((size + 3) / 4))
      v2a_pack(level.rawValue, isHalf ? 1 : 0, memory, weight, outputs, inputs)
    }
  }

  deinit { free(memory) }

  /// Some of the outputs may be computed alone: those from a multiple of this number on.
  public static let panel = 32

  /// y [rows, outputs] = epilogue(x [rows, inputs] W^T), with row strides `ldx` and `ldy`; of the columns of y perhaps only some.
  public func multiply(
    _ x: UnsafePointer<Float>, rows: Int, ldx: Int? = nil, outputs some: Range<Int>? = nil, into y: UnsafeMutablePointer<Float>,
    ldy: Int? = nil, epilogue: V2AEpilogue
  ) {
    let first = some?.lowerBound ?? 0, count = some?.count ?? outputs
    guard rows > 0, count > 0 else { return }
    precondition(first % Self.panel == 0)
    let ldx = ldx ?? inputs
    let ldy = ldy ?? outputs
    let y = y + first
    var epilogue = epilogue
    if first > 0 {
      epilogue.bias = epilogue.bias.map { $0 + first }
      epilogue.gate = epilogue.gate.map { $0 + first }
      epilogue.gate0 = epilogue.gate0.map { $0 + first }
    }
    if level == .blas {
      var (x, ldx) = (x, ldx)
      if ldx < inputs {
        // Rows that overlap, as a convolution has them, are nothing that BLAS takes.
        let apart = v2a_thread_memory(1, rows * inputs * 4).assumingMemoryBound(to: Float.self)
        for row in 0..<rows { (apart + row * inputs).update(from: x + row * ldx, count: inputs) }
        (x, ldx) = (UnsafePointer(apart), inputs)
      }
      let adds = epilogue.accumulate != 0 || epilogue.gate0 != nil
      let product = adds ? v2a_thread_memory(0, rows * count * 4).assumingMemoryBound(to: Float.self) : y
      let ldp = adds ? count : ldy
      BLAS.multiplyTransposed(
        x, memory.assumingMemoryBound(to: Float.self) + first * inputs, into: product, m: rows, n: count, k: inputs, lda: ldx, ldc: ldp)
      v2a_epilogue(product, ldp, y, ldy, rows, count, &epilogue)
    } else {
      let half: Int32 = isHalf ? 1 : 0
      let scratch = v2a_thread_memory(0, v2a_packed_scratch(half, rows, inputs))
      let panels = memory.assumingMemoryBound(to: Float.self) + first * (isHalf ? (inputs + 1) / 2 : inputs)
      v2a_packed_multiply(level.rawValue, half, panels, inputs, x, ldx, y, ldy, rows, count, inputs, &epilogue, scratch)
    }
  }
}

extension V2AEpilogue {
  /// activation(v + bias), stored or added to what is there.
  public init(bias: UnsafePointer<Float>?, _ activation: Activation = .identity, adding: Bool = false) {
    self.init(
      bias: bias, gate: nil, gate0: nil, gate_stride: 0, activation: activation.code, accumulate: adding ? 1 : 0)
  }

  /// (gate[row] + gate0) (v + bias), added to what is there.
  public init(bias: UnsafePointer<Float>?, gate: UnsafePointer<Float>?, stride: Int, gate0: UnsafePointer<Float>) {
    self.init(
      bias: bias, gate: gate, gate0: gate0, gate_stride: stride, activation: Activation.identity.code, accumulate: 1)
  }
}
