import CKernels
import V2ATensor

/// Transform of a windowed frame of two channels, left + i right.
final class PairSpectrum {
  private let window: [Float]
  private let twiddles: Tensor
  private var scratch: [Float]
  /// Of the last frame, as pairs of the real and the imaginary part; after `transformBack` its samples.
  private(set) var bins: [Float]

  init(window: [Float]) {
    self.window = window
    twiddles = Tensor(shape: [2 * window.count])
    v2a_fft_twiddles(twiddles.data, 2 * window.count)
    scratch = [Float](repeating: 0, count: 2 * window.count)
    bins = scratch
  }

  /// `stereo`: a frame of interleaved samples, as many pairs as the window has.
  func transform(_ stereo: UnsafePointer<Float>) {
    v2a_window_pairs(&bins, stereo, window, window.count)
    v2a_complex_fft(&bins, &scratch, window.count, twiddles.data)
  }

  /// Both channels' bins times `gain` [window.count / 2] -> samples, left - i right, window.count times as large.
  func transformBack(gain: [Float]) {
    v2a_pair_gain(&bins, gain, window.count)
    v2a_complex_fft(&bins, &scratch, window.count, twiddles.data)
  }
}
