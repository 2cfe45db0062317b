import CKernels
import V2ATensor

/// Levels in dB of the mark's bands, frame by frame (93.75 a second), at every frequency scale that is searched. Streaming.
final class LevelAnalyzer {
  /// Frequency scales: the sound was played, or pitched, so much higher. One semitone is 1.0595.
  static let scales: [Double] = (-6...6).map { 1 + 0.01 * Double($0) }
  static let plain = 6
  static let frameWidth = scales.count * Layout.bands
  /// Power that is added to each band, far below what 16 bits resolve, so that silence has a level.
  static let floor: [Float] = {
    let edges = Layout.edgesInBins(scale: 1)
    return (0..<Layout.bands).map { 1e-7 * (edges[$0 + 1] - edges[$0]) }
  }()

  private let twiddles: Tensor
  private let edges: [[Float]]
  private let floor: [Float]
  private var waiting: [Float] = []
  private var z = [Float](repeating: 0, count: 2 * Layout.frame)
  private var scratch = [Float](repeating: 0, count: 2 * Layout.frame)
  private var powers = [Float](repeating: 0, count: Layout.bins)
  private var energy = [Float](repeating: 0, count: LevelAnalyzer.frameWidth)
  private var levels = [Float](repeating: 0, count: LevelAnalyzer.frameWidth)

  init() {
    twiddles = Tensor(shape: [2 * Layout.frame])
    v2a_fft_twiddles(twiddles.data, 2 * Layout.frame)
    edges = Self.scales.map { Layout.edgesInBins(scale: $0) }
    floor = Array(repeatElement(Self.floor, count: Self.scales.count).joined())
  }

  func reset() { waiting.removeAll(keepingCapacity: true) }

  /// Interleaved samples of 1 or 2 channels -> rows of `frameWidth` levels, [scale, band].
  func append(_ samples: [Float], channels: Int, into rows: inout [Float]) {
    waiting.appendStereo(samples, channels: channels)
    var start = 0
    while waiting.count - start >= 2 * Layout.frame {
      waiting.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { v2a_window_pairs(&z, base + start, Layout.window, Layout.frame) }
      }
      v2a_complex_fft(&z, &scratch, Layout.frame, twiddles.data)
      v2a_pair_power(&powers, z, Layout.frame)
      for scale in Self.scales.indices {
        energy.withUnsafeMutableBufferPointer { buffer in
          if let base = buffer.baseAddress {
            v2a_range_sums(base + scale * Layout.bands, powers, edges[scale], Layout.bands, Layout.bins)
          }
        }
      }
      for i in energy.indices { energy[i] += floor[i] }
      v2a_decibel(&levels, energy, energy.count)
      rows.append(contentsOf: levels)
      start += 2 * Layout.hop
    }
    waiting.removeFirst(start)
  }
}
