import CKernels
import V2ATensor

/// Levels in dB of the mark's bands, frame by frame (93.75 a second), at every frequency scale that is searched, and, unchanged in
/// pitch, of the middle and the side of the two channels and over a longer window. Streaming.
final class LevelAnalyzer {
  /// Frequency scales: the sound was played, or pitched, so much higher. One semitone is 1.0595.
  static let scales: [Double] = (-6...6).map { 1 + 0.01 * Double($0) }
  static let plain = 6
  /// After the scales: left + right, as loud as both where they are alike, and left - right.
  static let middle = scales.count
  static let side = middle + 1
  /// Of both channels over `Layout.longFrame` samples around the frame's middle: levels, and those of as many bins that all have the
  /// geometric mean of the band's powers. What lies between another sound's harmonics counts there as much as they do.
  static let long = side + 1
  static let dense = long + 1
  static let groups = dense + 1
  static let frameWidth = groups * Layout.bands
  /// Power that is added to each band, far below what 16 bits resolve, so that silence has a level.
  static let floor: [Float] = {
    let edges = Layout.edgesInBins(scale: 1)
    return (0..<Layout.bands).map { binFloor * (edges[$0 + 1] - edges[$0]) }
  }()
  private static let binFloor: Float = 1e-7
  /// Samples that a row waits for after its frame's end, and that the first one needs before its start.
  private static let margin = (Layout.longFrame - Layout.frame) / 2

  private let spectrum = PairSpectrum(window: Layout.window)
  private let longSpectrum = PairSpectrum(window: Layout.longWindow)
  private let edges: [[Float]]
  private let longEdges: [Float]
  /// Of the bands in bins of the long frame's transform, and in dB.
  private let widths: [Float]
  private let widthLevels: [Float]
  private let floor: [Float]
  private var waiting: [Float] = []
  private var powers = [Float](repeating: 0, count: Layout.longFrame / 2)
  private var decibels = [Float](repeating: 0, count: Layout.longFrame / 2)
  private var energy = [Float](repeating: 0, count: LevelAnalyzer.frameWidth)
  private var levels = [Float](repeating: 0, count: LevelAnalyzer.frameWidth)

  init() {
    edges = Self.scales.map { Layout.edgesInBins(scale: $0) }
    let longEdges = Layout.edgesInBins(scale: 1, frame: Layout.longFrame)
    self.longEdges = longEdges
    widths = (0..<Layout.bands).map { longEdges[$0 + 1] - longEdges[$0] }
    widthLevels = widths.map { V2AWatermark.decibels($0) }
    floor = Array(repeatElement(Self.floor, count: Self.groups).joined())
    reset()
  }

  func reset() { waiting = [Float](repeating: 0, count: 2 * Self.margin) }

  /// Interleaved samples of 1 or 2 channels -> rows of `frameWidth` levels, [scale, middle ..., band]; frame f begins at sample 512 f.
  func append(_ samples: [Float], channels: Int, into rows: inout [Float]) {
    waiting.appendStereo(samples, channels: channels)
    var start = 0
    while waiting.count - start >= 2 * Layout.longFrame {
      waiting.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { analyze(base + start) }
      }
      rows.append(contentsOf: levels)
      start += 2 * Layout.hop
    }
    waiting.removeFirst(start)
  }

  /// The stream has ended: rows of the frames that lie whole in it and still wait.
  func finish(into rows: inout [Float]) {
    append([Float](repeating: 0, count: 2 * Self.margin), channels: 2, into: &rows)
    reset()
  }

  /// `stereo`: a long frame -> `levels`.
  private func analyze(_ stereo: UnsafePointer<Float>) {
    spectrum.transform(stereo + 2 * Self.margin)
    v2a_pair_power(&powers, spectrum.bins, Layout.frame)
    for scale in Self.scales.indices { sum(powers, edges[scale], into: &energy, scale) }
    v2a_middle_power(&powers, spectrum.bins, Layout.frame)
    sum(powers, edges[Self.plain], into: &energy, Self.middle)
    v2a_side_power(&powers, spectrum.bins, Layout.frame)
    sum(powers, edges[Self.plain], into: &energy, Self.side)
    longSpectrum.transform(stereo)
    v2a_pair_power(&powers, longSpectrum.bins, Layout.longFrame)
    sum(powers, longEdges, into: &energy, Self.long)
    for i in energy.indices { energy[i] += floor[i] }
    v2a_decibel(&levels, energy, energy.count)
    // A band has twice the bins here.
    for i in powers.indices { powers[i] += Self.binFloor / 2 }
    v2a_decibel(&decibels, powers, powers.count)
    sum(decibels, longEdges, into: &levels, Self.dense)
    for b in 0..<Layout.bands {
      let i = Self.dense * Layout.bands + b
      levels[i] = levels[i] / widths[b] + widthLevels[b]
    }
  }

  /// Sums of `bins` over the bands, as group `group` of a row.
  private func sum(_ bins: [Float], _ edges: [Float], into row: inout [Float], _ group: Int) {
    row.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { v2a_range_sums(base + group * Layout.bands, bins, edges, Layout.bands, bins.count) }
    }
  }
}
