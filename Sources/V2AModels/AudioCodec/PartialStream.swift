import V2ATensor

/// The partials of one stream: takes every latent once, in order, and keeps the samples and band energies that it made as long
/// as decoding in pieces may ask for them.
public struct PartialStream: Sendable {
  private var oscillators = Oscillators()
  /// The next latent to be taken.
  private var next: Int
  /// Absolute number of the first sample in `known`: the middle of a latent.
  private var firstSample: Int
  private var known = Stretch()
  /// What comes after `known` if the latents that may still change do not, and there are no more.
  private var end = Stretch()

  /// Samples and, per frame, band energies of partials.
  private struct Stretch {
    var left: [Float] = [], right: [Float] = [], made: [Float] = []

    static func += (a: inout Stretch, b: Stretch) {
      a.left += b.left
      a.right += b.right
      a.made += b.made
    }
  }

  /// Begins with latent number `index`.
  public init(at index: Int = 0) {
    next = index
    firstSample = index * Codec.latentHop - Codec.latentHop / 2
  }

  /// Takes those of latents [count, 152] from number `first` on that are new and before `final`, from which on they may still change.
  /// energies [4 * count, bands] and pan [4 * count, regions] are theirs. What lies before `first` is forgotten.
  mutating func advance(
    _ latents: [Float], first: Int, final: Int = .max, energies: UnsafePointer<Float>, pan: UnsafePointer<Float>
  ) {
    let count = latents.count / Codec.latent, last = first + count
    forget(before: first * Codec.latentHop)
    if first > next { self = PartialStream(at: first) }
    let taken = max(next, min(final, last))
    for index in next..<taken { known += step(&oscillators, index) }
    next = taken
    var ending = oscillators
    end = Stretch()
    for index in next..<max(next, last) { end += step(&ending, index) }
    end += Self.step(&ending, [], frame: count * Codec.frames - Codec.frames / 2, of: count * Codec.frames, energies: energies, pan: pan)

    func step(_ oscillators: inout Oscillators, _ index: Int) -> Stretch {
      let partials = latents.withUnsafeBufferPointer { rows -> [Partial] in
        guard let rows = rows.baseAddress else { return [] }
        return Partials.gather(rows + (index - first) * Codec.latent + Codec.envelope)
      }
      let frame = (index - first) * Codec.frames - Codec.frames / 2
      return Self.step(&oscillators, partials, frame: frame, of: count * Codec.frames, energies: energies, pan: pan)
    }
  }

  /// One latent, of which the four frames from number `frame` lie between the middle of the one before and its own; what is
  /// not there of them is silent.
  private static func step(
    _ oscillators: inout Oscillators, _ partials: [Partial], frame: Int, of frames: Int, energies: UnsafePointer<Float>,
    pan: UnsafePointer<Float>
  ) -> Stretch {
    var around = [Float](repeating: 0, count: Codec.frames * Codec.bands)
    var sides = [Float](repeating: 0, count: Codec.frames * Codec.regions)
    for f in max(0, -frame)..<min(Codec.frames, frames - frame) {
      for band in 0..<Codec.bands { around[f * Codec.bands + band] = energies[(frame + f) * Codec.bands + band] }
      for region in 0..<Codec.regions { sides[f * Codec.regions + region] = pan[(frame + f) * Codec.regions + region] }
    }
    var samples = [Float](repeating: 0, count: 2 * Codec.latentHop)
    var made = [Float](repeating: 0, count: Codec.frames * Codec.bands)
    oscillators.step(partials, energies: around, pan: sides, made: &made, samples: &samples)
    return Stretch(left: Array(samples[..<Codec.latentHop]), right: Array(samples[Codec.latentHop...]), made: made)
  }

  /// Takes the partials' energies, and a margin for errors, from band energies [frames, bands] whose first frame has number `firstFrame`.
  func subtract(from energies: UnsafeMutablePointer<Float>, firstFrame: Int, frames: Int) {
    let made = known.made + end.made, offset = firstFrame - firstSample / Codec.hop
    for f in max(0, -offset)..<max(0, -offset, min(frames, made.count / Codec.bands - offset)) {
      for band in 0..<Codec.bands {
        let energy = energies[f * Codec.bands + band]
        energies[f * Codec.bands + band] = max(
          energy - Oscillators.taken * made[(f + offset) * Codec.bands + band], Oscillators.left * energy)
      }
    }
  }

  /// Adds to planar samples [2, n], the first of which has absolute number `first`.
  func add(to samples: inout [Float], from first: Int) {
    let left = known.left + end.left, right = known.right + end.right
    let count = samples.count / 2, offset = first - firstSample
    for i in max(0, -offset)..<max(0, -offset, min(count, left.count - offset)) {
      samples[i] += left[i + offset]
      samples[count + i] += right[i + offset]
    }
  }

  private mutating func forget(before sample: Int) {
    let drop = min(max(0, (sample - firstSample) / Codec.latentHop), known.left.count / Codec.latentHop)
    guard drop > 0 else { return }
    firstSample += drop * Codec.latentHop
    known.left.removeFirst(drop * Codec.latentHop)
    known.right.removeFirst(drop * Codec.latentHop)
    known.made.removeFirst(drop * Codec.frames * Codec.bands)
  }
}
