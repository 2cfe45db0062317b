import CKernels
import V2ALayers
import V2ATensor

/// From the decoder's frames to samples, by one thread or two: frames are divided up to the spectrum, and channels after it.
final class SpectrumPass: PhasedWork {
  let helper: Helper?
  enum Phase { case spectrum, samples }
  private typealias Floats = UnsafeMutablePointer<Float>

  private let network: AudioDecoder
  private let hidden, energies, pan, numbers: UnsafePointer<Float>
  private let samples, tones, bandGains, gains, sides, amplitudes, work: Floats
  private let frames: Int
  var phase = Phase.spectrum

  private static let bins = Codec.bins
  /// Working memory of a channel: a spectrum, a frame of samples and what their transform needs.
  private static let room = 2 * (Codec.bins + 15) + 3 * Codec.fft

  /// Frames `hidden` [frames, width], band energies [frames, bands] that partials have left, pan [frames, regions] and noise
  /// [frames, 2, bins, 2].
  init(
    _ network: AudioDecoder, hidden: UnsafePointer<Float>, energies: UnsafePointer<Float>, pan: UnsafePointer<Float>,
    noise numbers: UnsafePointer<Float>, frames: Int, into samples: UnsafeMutablePointer<Float>, scratch: Scratch, helper: Helper?
  ) {
    (self.network, self.hidden, self.energies, self.pan, self.numbers) = (network, hidden, energies, pan, numbers)
    (self.frames, self.samples, self.helper) = (frames, samples, helper)
    tones = scratch.buffer(3, frames * 4 * Self.bins)
    bandGains = scratch.buffer(4, frames * 4 * Codec.bands)
    gains = scratch.buffer(5, frames * 4 * Self.bins)
    work = scratch.buffer(6, 2 * Self.room)
    sides = scratch.buffer(15, frames * 2 * Codec.bands)
    amplitudes = scratch.buffer(16, frames * 2 * Self.bins)
  }

  /// Adds to planar samples [2, 512 * frames].
  func callAsFunction() {
    perform(.spectrum)
    perform(.samples)
  }

  func compute(_ share: Share) {
    switch phase {
    case .spectrum: spectrum(share.of(frames))
    case .samples: for channel in share.of(2) { synthesise(channel) }
    }
  }

  /// The network's spectrum, the gains of noise and the amplitudes that both are relative to.
  private func spectrum(_ own: Range<Int>) {
    network.tone(hidden, some: own, into: tones)
    network.noise(hidden, some: own, into: bandGains)
    let values = own.lowerBound * 4 * Codec.bands..<own.upperBound * 4 * Codec.bands
    for i in values { bandGains[i] = min(bandGains[i], 2) }
    v2a_exp(bandGains + values.lowerBound, values.count)
    network.synthesis(bandGains, some: own.lowerBound * 4..<own.upperBound * 4, into: gains)
    for f in own {
      for band in 0..<Codec.bands {
        let energy = energies[f * Codec.bands + band], side = pan[f * Codec.regions + Codec.regionOfBand[band]]
        sides[(f * 2) * Codec.bands + band] = (energy * (1 + side) / 2 * Float(Codec.fft)).squareRoot()
        sides[(f * 2 + 1) * Codec.bands + band] = (energy * (1 - side) / 2 * Float(Codec.fft)).squareRoot()
      }
    }
    network.synthesis(sides, some: own.lowerBound * 2..<own.upperBound * 2, into: amplitudes)
  }

  private func synthesise(_ channel: Int) {
    let bins = Self.bins
    let re = work + channel * Self.room, im = re + bins + 15, frame = im + bins + 15, transform = frame + Codec.fft
    let root: Float = 0.70710678
    for f in 0..<frames {
      let a = numbers + f * AudioDecoder.noisePerFrame
      let b = a + 2 * bins
      let t = tones + (f * 4 + 2 * channel) * bins
      let g = gains + (f * 4 + 2 * channel) * bins
      let level = amplitudes + (f * 2 + channel) * bins
      for k in 0..<bins {
        re[k] = level[k] * (t[k] + root * (g[k] * a[2 * k] + g[bins + k] * b[2 * k]))
        im[k] = level[k] * (t[bins + k] + root * (g[k] * a[2 * k + 1] + g[bins + k] * b[2 * k + 1]))
      }
      network.fourier(re: re, im: im, output: frame, scratch: transform)
      let start = f * Codec.hop - (Codec.fft - Codec.hop) / 2
      let base = channel * frames * Codec.hop
      for i in max(0, -start)..<min(Codec.fft, frames * Codec.hop - start) {
        samples[base + start + i] += frame[i] * network.window.data[i]
      }
    }
  }
}
