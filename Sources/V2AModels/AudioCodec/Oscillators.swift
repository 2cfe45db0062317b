import CKernels
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Partials to samples: oscillators whose phase goes on from latent to latent, kept within the band energies.
///
/// A value: one stream's state.
struct Oscillators {
  /// Energy by which partials may exceed the decoded bands.
  private static let margin: Float = 2
  /// Times their energy that partials take from the noise: bands decode to within a few dB only.
  static let taken: Float = 4
  /// Of a band's energy that noise keeps at least.
  static let left: Float = 0.01
  /// Frames over which a new partial rises, up to the middle of its first latent.
  private static let fade = 2.0
  /// Semitones within which a partial goes on from one latent to the next.
  private static let near = 1.0

  private struct Voice {
    var partial: Partial
    /// In turns.
    var phase: Double
    /// The bound of the last frame.
    var gain: Double
  }

  private var voices: [Voice] = []
  private var born = 0

  /// A partial on its way from the middle of one latent to the middle of the next.
  private struct Path {
    var from, to: Double  // amplitudes
    var isNew: Bool
    var start, end: Double  // positions
    var phase, gain: Double

    func amplitude(at point: Int) -> Double {
      let frames = Double(Codec.frames)
      if isNew { return to * min(max((Double(point) - (frames - Oscillators.fade)) / Oscillators.fade, 0), 1) }
      return from + (to - from) * Double(point) / frames
    }
    func position(at point: Int) -> Double { start + (end - start) * Double(point) / Double(Codec.frames) }
  }

  /// Adds 2048 samples from the middle of the latent before to the middle of this one, whose partials are given, to `samples`
  /// (left, then right).
  ///
  /// - energies: band energies of the frames between [4, bands]; pan: of their regions [4, regions]
  /// - made: becomes the band energies of the partials [4, bands]
  mutating func step(
    _ partials: [Partial], energies: UnsafePointer<Float>, pan: UnsafePointer<Float>, made: UnsafeMutablePointer<Float>,
    samples: UnsafeMutablePointer<Float>
  ) {
    var (paths, survivors) = follow(partials)
    let frames = Codec.frames, bands = Codec.bands
    made.update(repeating: 0, count: frames * bands)
    guard !paths.isEmpty else { return voices = [] }

    let rows = (0..<frames).map { f in paths.map { Response.row(($0.position(at: f) + $0.position(at: f + 1)) / 2) } }
    let gains = (0..<frames).map { f in
      Self.bound(
        paths.map { ($0.amplitude(at: f) + $0.amplitude(at: f + 1)) / 2 }, rows: rows[f], energies: energies + f * bands,
        made: made + f * bands)
    }
    for f in 0..<frames {
      for i in paths.indices {
        let path = paths[i]
        let gain = gains[f][i], next = gains[min(f + 1, frames - 1)][i]
        // Where the bound rises, it rises within the frame that is louder, so that nothing sounds ahead of an attack.
        let amplitude0 = path.amplitude(at: f) * min(path.gain, gain), amplitude1 = path.amplitude(at: f + 1) * min(gain, next)
        let turn0 = Partials.turn(path.position(at: f)), turn1 = Partials.turn(path.position(at: f + 1))
        let region = Codec.regionOfBand[Response.shared.loudest[rows[f][i]]]
        let side = min(max(pan[f * Codec.regions + region], -0.999), 0.999)
        v2a_partial(
          samples + f * Codec.hop, samples + Codec.latentHop + f * Codec.hop, Codec.hop, path.phase, turn0, turn1,
          Float(amplitude0), Float(amplitude1), ((1 + side) / 2).squareRoot(), ((1 - side) / 2).squareRoot())
        let phase = path.phase + (turn0 + turn1) / 2 * Double(Codec.hop)
        paths[i].phase = phase - phase.rounded(.down)
        paths[i].gain = gain
      }
    }
    voices = zip(partials, survivors).map { Voice(partial: $0, phase: paths[$1].phase, gain: paths[$1].gain) }
  }

  /// Paths of the partials that go on, begin and end, and for each of `partials` the number of its path.
  private mutating func follow(_ partials: [Partial]) -> ([Path], [Int]) {
    var paths: [Path] = [], survivors: [Int] = []
    var isTaken = [Bool](repeating: false, count: voices.count)
    for partial in partials {
      let nearest = voices.indices.min { abs(voices[$0].partial.position - partial.position) < abs(voices[$1].partial.position - partial.position) }
      survivors.append(paths.count)
      if let nearest, !isTaken[nearest], abs(voices[nearest].partial.position - partial.position) < Self.near {
        isTaken[nearest] = true
        let voice = voices[nearest]
        paths.append(
          Path(
            from: voice.partial.amplitude, to: partial.amplitude, isNew: false, start: voice.partial.position,
            end: partial.position, phase: voice.phase, gain: voice.gain))
      } else {
        let phase = Double(born) * 0.6180339887
        born &+= 1
        paths.append(
          Path(
            from: 0, to: partial.amplitude, isNew: true, start: partial.position, end: partial.position,
            phase: phase - phase.rounded(.down), gain: 0))
      }
    }
    for (voice, isTaken) in zip(voices, isTaken) where !isTaken {
      let position = voice.partial.position
      paths.append(
        Path(from: voice.partial.amplitude, to: 0, isNew: false, start: position, end: position, phase: voice.phase, gain: voice.gain))
    }
    return (paths, survivors)
  }

  /// Factors that keep partials, of which the rows of the table are given, within `margin` of a frame's energies, and in `made` the
  /// energies that they then make.
  private static func bound(
    _ amplitudes: [Double], rows: [Int], energies: UnsafePointer<Float>, made: UnsafeMutablePointer<Float>
  ) -> [Double] {
    let bands = Codec.bands, table = Response.shared.table.data
    func add(_ power: (Int) -> Double) {
      made.update(repeating: 0, count: bands)
      for (i, row) in rows.enumerated() { v2a_axpy(made, table + row * bands, Float(power(i)), bands) }
    }
    add { amplitudes[$0] * amplitudes[$0] }
    let gains = rows.map { row -> Double in
      var there: Float = 0, wanted: Float = 1e-12
      for b in 0..<bands {
        there += table[row * bands + b] * energies[b]
        wanted += table[row * bands + b] * made[b]
      }
      return Double(min(1, (margin * there / wanted).squareRoot()))
    }
    add { (amplitudes[$0] * gains[$0]) * (amplitudes[$0] * gains[$0]) }
    return gains
  }
}

/// Band energies of a sinusoid of amplitude 1 by position, in quarters of a semitone.
struct Response: Sendable {
  static let shared = Response()
  private static let parts = 4

  /// [slots * 4, bands]
  let table: Tensor
  /// Per row, the band with most of it.
  let loudest: [Int]

  static func row(_ position: Double) -> Int {
    min(max(Int((position * Double(parts)).rounded(.toNearestOrEven)), 0), Partials.slots * parts - 1)
  }

  /// From the Hann window's transform: W(d) = sinc(d) / (1 - d^2) size / 2 at d bins from the sinusoid.
  private init() {
    let analysis = Codec.analysisBands(), rows = Partials.slots * Self.parts, size = Double(Codec.fft)
    table = Tensor(shape: [rows, Codec.bands])
    // A band is a few bins.
    let spans = (0..<Codec.bands).map { band -> Range<Int> in
      let row = analysis.data + band * Codec.bins
      let used = (0..<Codec.bins).filter { row[$0] > 0 }
      return (used.first ?? 0)..<((used.last ?? -1) + 1)
    }
    var loudest: [Int] = []
    for row in 0..<rows {
      let centre = Partials.turn(Double(row) / Double(Self.parts)) * size
      let energies = (0..<Codec.bins).map { bin -> Double in
        var d = Double(bin) - centre
        if abs(abs(d) - 1) < 1e-6 { d += 2e-6 }
        let sinc = d == 0 ? 1 : sin(Double.pi * d) / (Double.pi * d)
        let transform = sinc / (1 - d * d) * size / 2
        return transform / 2 * (transform / 2) / (0.375 * size)
      }
      var best = 0
      for band in 0..<Codec.bands {
        var sum = 0.0
        for bin in spans[band] { sum += energies[bin] * Double(analysis.data[band * Codec.bins + bin]) }
        table.data[row * Codec.bands + band] = Float(sum)
        if table.data[row * Codec.bands + band] > table.data[row * Codec.bands + best] { best = band }
      }
      loudest.append(best)
    }
    self.loudest = loudest
  }
}
