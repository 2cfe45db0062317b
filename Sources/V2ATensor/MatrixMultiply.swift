import CKernels
import COpenBLAS

/// Matrix products; the only place that knows BLAS. Matrices are row-major.
public enum BLAS {
  /// Threads that OpenBLAS uses per call: one, set once per process, so that elements in parallel do not fight for cores
  /// and results do not depend on the number of threads.
  public static let singleThreaded: Void = openblas_set_num_threads(1)

  /// C[m, n] = A[m, k] B[n, k]^T + beta C, with row strides. B is stored as PyTorch stores a linear layer's weight.
  @inline(__always)
  public static func multiplyTransposed(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, m: Int, n: Int, k: Int,
    lda: Int? = nil, ldb: Int? = nil, ldc: Int? = nil, alpha: Float = 1, beta: Float = 0
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda ?? k), b,
      blasint(ldb ?? k), beta, c, blasint(ldc ?? n))
  }

  /// C[m, n] = A[m, k] B[k, n] + beta C, with row strides.
  @inline(__always)
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, m: Int, n: Int, k: Int,
    lda: Int? = nil, ldb: Int? = nil, ldc: Int? = nil, alpha: Float = 1, beta: Float = 0
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda ?? k), b,
      blasint(ldb ?? n), beta, c, blasint(ldc ?? n))
  }
}
