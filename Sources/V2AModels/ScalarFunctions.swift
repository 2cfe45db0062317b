#if canImport(Glibc)
  import Glibc
#endif

/// 1 / (1 + exp(-x))
@inline(__always) func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
@inline(__always) func tanh(_ x: Float) -> Float { tanhf(x) }
