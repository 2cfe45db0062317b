import CKernels
import V2ATensor

/// Levels in dB of the mark's bands, frame by frame (93.75 a second), at every frequency scale that is searched, and of the
/// middle of the two channels as it is. Streaming.
final class LevelAnalyzer {
  /// Frequency scales: the sound was played, or pitched, so much higher. One semitone is 1.0595.
  static let scales: [Double] = (-6...6).map { 1 + 0.01 * Double($0) }
  static let plain = 6
  /// After the scales: left + right, unchanged in pitch, as loud as both where they are alike.
  static let middle = scales.count
  static let frameWidth = (scales.count + 1) * Layout.bands
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
    floor = Array(repeatElement(Self.floor, count: Self.scales.count + 1).joined())
  }

  func reset() { waiting.removeAll(keepingCapacity: true) }

  /// Interleaved samples of 1 or 2 channels -> rows of `frameWidth` levels, [scale or middle, band].
  func append(_ samples: [Float], channels: Int, into rows: inout [Float]) {
    waiting.appendStereo(samples, channels: channels)
    var start = 0
    while waiting.count - start >= 2 * Layout.frame {
      waiting.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { v2a_window_pairs(&z, base + start, Layout.window, Layout.frame) }
      }
      v2a_complex_fft(&z, &scratch, Layout.frame, twiddles.data)
      v2a_pair_power(&powers, z, Layout.frame)
      for scale in Self.scales.indices { sum(scale, edges[scale]) }
      v2a_middle_power(&powers, z, Layout.frame)
      sum(Self.middle, edges[Self.plain])
      for i in energy.indices { energy[i] += floor[i] }
      v2a_decibel(&levels, energy, energy.count)
      rows.append(contentsOf: levels)
      start += 2 * Layout.hop
    }
    waiting.removeFirst(start)
  }

  /// Energy of the bands from `powers`, as group `group` of a row.
  private func sum(_ group: Int, _ edges: [Float]) {
    energy.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { v2a_range_sums(base + group * Layout.bands, powers, edges, Layout.bands, Layout.bins) }
    }
  }
}
