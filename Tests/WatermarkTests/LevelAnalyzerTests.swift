import Testing
@testable import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LevelAnalyzerTests {
  private let bands = Layout.bands
  private let width = LevelAnalyzer.frameWidth

  private func levels(_ samples: [Float]) -> [Float] {
    let analyzer = LevelAnalyzer()
    var rows: [Float] = []
    analyzer.append(samples, channels: 2, into: &rows)
    analyzer.finish(into: &rows)
    return rows
  }

  /// Of |sum of x[j] window[j] e^(-2 pi i j k / n)|^2, in double precision, bins 0 ..< count.
  private func powers(_ x: [Double], _ window: [Float], _ count: Int) -> [Double] {
    let n = window.count
    return (0..<count).map { k in
      var re = 0.0, im = 0.0
      for j in 0..<n {
        let angle = 2 * Double.pi * Double(j * k % n) / Double(n), y = x[j] * Double(window[j])
        re += y * cos(angle)
        im += y * sin(angle)
      }
      return re * re + im * im
    }
  }

  /// Sum of x over the bands whose edges are given in bins, [bands].
  private func sums(_ x: [Double], _ edges: [Float]) -> [Double] {
    (0..<bands).map { b in
      x.indices.reduce(0) { $0 + x[$1] * max(0, min(Double(edges[b + 1]), Double($1 + 1)) - max(Double(edges[b]), Double($1))) }
    }
  }

  /// Whole, middle and side are those of the transforms of left, right, their sum and their difference; long and dense levels those of a
  /// Hann window of 2048 samples about the frame's middle, of which the first begins before the stream.
  @Test func levelsAreAsDefined() {
    let samples = sound(seconds: 0.1, seed: 60), rows = levels(samples), before = [Double](repeating: 0, count: 512)
    let left = before + stride(from: 0, to: samples.count, by: 2).map { Double(samples[$0]) }
    let right = before + stride(from: 1, to: samples.count, by: 2).map { Double(samples[$0]) }
    let edges = Layout.edgesInBins(scale: 1), longEdges = Layout.edges.map { Float($0 * 2048 / 48_000 + 0.5) }
    let hann = (0..<2048).map { Float((0.5 - 0.5 * cos(2 * Double.pi * Double($0) / 2048)) / 3.0.squareRoot()) }
    for f in [0, 3] {
      let l = Array(left[512 * f..<512 * f + 2048]), r = Array(right[512 * f..<512 * f + 2048])
      let l0 = Array(l[512..<1536]), r0 = Array(r[512..<1536])
      let whole = zip(powers(l0, Layout.window, 512), powers(r0, Layout.window, 512)).map { $0 + $1 }
      let middle = powers(zip(l0, r0).map { $0 + $1 }, Layout.window, 512).map { $0 / 2 }
      let side = powers(zip(l0, r0).map { $0 - $1 }, Layout.window, 512).map { $0 / 2 }
      let long = zip(powers(l, hann, 512), powers(r, hann, 512)).map { $0 + $1 }
      let logarithms = sums(long.map { log10($0 + 5e-8) }, longEdges)
      let expected: [(group: Int, energy: [Double])] = [
        (LevelAnalyzer.plain, sums(whole, edges)), (LevelAnalyzer.middle, sums(middle, edges)), (LevelAnalyzer.side, sums(side, edges)),
        (LevelAnalyzer.long, sums(long, longEdges)),
      ]
      for b in 0..<bands {
        for (group, energy) in expected {
          #expect(abs(Double(rows[f * width + group * bands + b]) - 10 * log10(energy[b] + Double(LevelAnalyzer.floor[b]))) < 0.01)
        }
        let bins = Double(longEdges[b + 1] - longEdges[b])
        #expect(abs(Double(rows[f * width + LevelAnalyzer.dense * bands + b]) - 10 * (logarithms[b] / bins + log10(bins))) < 0.01)
      }
    }
  }

  /// The same rows whatever the buffers' sizes, one for each frame that lies whole in the stream, and the stream can start again.
  @Test func streams() {
    let samples = sound(seconds: 0.31, seed: 61), count = samples.count / 2, whole = levels(samples)
    #expect(whole.count == ((count - 1024) / 512 + 1) * width)
    let analyzer = LevelAnalyzer()
    for size in [1, 7, 511, 512, 513, 2048, 5000] {
      var rows: [Float] = []
      for start in stride(from: 0, to: count, by: size) {
        analyzer.append(Array(samples[2 * start..<2 * min(count, start + size)]), channels: 2, into: &rows)
      }
      analyzer.finish(into: &rows)
      #expect(rows == whole, "\(size) at a time")
    }
  }

  @Test(arguments: [0, 1, 1023, 1024, 1535, 1536]) func shortStreams(count: Int) {
    #expect(levels([Float](repeating: 0.1, count: 2 * count)).count == (count < 1024 ? 0 : (count - 512) / 512) * width)
  }

  /// The middle of two channels that are alike has their level and their side none; of opposite ones the other way round.
  @Test func middleAndSideOfChannels() {
    let samples = sound(seconds: 0.3, seed: 8)
    func levels(_ sign: Float) -> [Float] {
      var both = samples
      for i in stride(from: 0, to: both.count, by: 2) { both[i + 1] = sign * both[i] }
      return self.levels(both)
    }
    for (rows, full, none) in [
      (levels(1), LevelAnalyzer.middle, LevelAnalyzer.side), (levels(-1), LevelAnalyzer.side, LevelAnalyzer.middle),
    ] {
      for f in 0..<rows.count / width {
        for b in 0..<bands {
          #expect(abs(rows[f * width + LevelAnalyzer.plain * bands + b] - rows[f * width + full * bands + b]) < 0.01)
          #expect(rows[f * width + none * bands + b] < decibels(LevelAnalyzer.floor[b]) + 1)
        }
      }
    }
  }

  /// Of noise the long levels are the plain ones on average, and the geometric means lie 1.2 dB lower, as those of the sum of two
  /// independent channels' powers do; a tone raises them less.
  @Test func peaksCountLessInGeometricMeans() {
    var numbers = Numbers(state: 62)
    var samples = (0..<192_000).map { _ in numbers.noise() }
    func mean(_ rows: [Float], _ group: Int, _ bands: Range<Int>) -> Float {
      var sum: Float = 0
      for f in 0..<rows.count / width { for b in bands { sum += rows[f * width + group * self.bands + b] } }
      return sum / Float(rows.count / width * bands.count)
    }
    let noise = levels(samples)
    let long = mean(noise, LevelAnalyzer.long, 20..<48)
    #expect(abs(long - mean(noise, LevelAnalyzer.plain, 20..<48)) < 0.3)
    #expect(abs(long - mean(noise, LevelAnalyzer.dense, 20..<48) - 1.2) < 0.3)
    let tone = 5000.0, band = Layout.edges.lastIndex { $0 < tone } ?? 0
    for i in samples.indices { samples[i] += 3 * Float(sin(2 * Double.pi * tone * Double(i / 2) / 48_000)) }
    let both = levels(samples)
    let raised = [LevelAnalyzer.long, LevelAnalyzer.dense].map { mean(both, $0, band..<band + 1) - mean(noise, $0, band..<band + 1) }
    #expect(raised[0] > 20 && raised[1] < 0.4 * raised[0], "\(raised) dB")
  }
}
