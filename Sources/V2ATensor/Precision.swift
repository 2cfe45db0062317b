import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// What weights, and the activations that they meet, are rounded to in matrix products. Sums are 32-bit floats always.
public enum Precision: String, Sendable, CaseIterable {
  case float32 = "f32"
  /// Needs AVX-512 with bfloat16 products; elsewhere it means `float32`.
  case bfloat16 = "bf16"

  /// `V2A_PRECISION` of the environment (f32 or bf16), otherwise the faster one.
  public static let preferred: Precision = environment("V2A_PRECISION").flatMap(Precision.init) ?? .bfloat16
}

/// The instruction set that matrix products use.
public enum KernelLevel: Int32, Sendable, Comparable {
  /// OpenBLAS, which has kernels for every processor.
  case blas = 0
  case avx2 = 1
  case avx512 = 2
  case avx512bf16 = 3

  public static func < (a: KernelLevel, b: KernelLevel) -> Bool { a.rawValue < b.rawValue }

  /// The best that this processor has.
  public static let available = KernelLevel(rawValue: v2a_level()) ?? .blas

  /// What is used: `available`, or less when `V2A_KERNELS` of the environment says so (blas, avx2, avx512, avx512bf16).
  public static let current: KernelLevel = {
    let wanted: KernelLevel =
      switch environment("V2A_KERNELS") {
      case "blas": .blas
      case "avx2": .avx2
      case "avx512": .avx512
      default: .avx512bf16
      }
    return min(wanted, available)
  }()
}

/// A variable of the environment.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
