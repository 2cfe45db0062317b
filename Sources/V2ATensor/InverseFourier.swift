import CKernels

/// Inverse real FFT of a fixed power-of-two size: x[j] = 1/n sum_k X[k] exp(2 pi i j k / n), X given for k = 0 ... n/2.
public final class InverseFourier: @unchecked Sendable {
  public let size: Int
  private let twiddles: Tensor

  public init(size: Int) {
    precondition(size >= 8 && size & (size - 1) == 0)
    self.size = size
    twiddles = Tensor(shape: [size])
    v2a_fft_twiddles(twiddles.data, size)
  }

  /// Spectrum `re`, `im` [n/2 + 1] -> `output` [n]; `scratch` holds 2 n floats.
  public func callAsFunction(
    re: UnsafePointer<Float>, im: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    v2a_irfft(output, re, im, twiddles.data, scratch, size)
  }
}
