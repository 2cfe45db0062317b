import CKernels
import V2ACheckpoint
import V2ALayers
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Latents to stereo samples: oscillators for the partials, and a causal ConvNeXt network that predicts, relative to the band
/// energies that the partials leave, a complex spectrum and the gains of a noise part, then an inverse STFT (in the spirit of
/// Vocos, Siuzdak 2023, and DDSP, Engel et al. 2020).
///
/// The network looks one latent and one frame ahead and `lookBack` latents back, and a `PartialStream` remembers the
/// oscillators, so pieces decode to what the whole decodes to.
public final class AudioDecoder: Sendable {
  /// Latents before a sample that it depends on.
  public static let lookBack = 11
  /// Latents after a sample's own that it depends on.
  public static let lookAhead = 2
  /// Normal numbers of noise per spectral frame: sources a and b, bins, real and imaginary.
  public static let noisePerFrame = 2 * Codec.bins * 2

  private let width: Int
  private let mean, components, offset, scale, synthesis: Tensor
  private let input: Conv1d
  private let upsample: Linear
  private let blocks: [ConvNeXtBlock]
  private let norm: LayerNorm
  private let tone, noise: Linear
  private let fourier = InverseFourier(size: Codec.fft)
  private let window: Tensor

  public init(_ weights: Weights, width: Int, depth: Int, inner: Int) throws(CheckpointError) {
    self.width = width
    let values = Codec.frames * Codec.bands
    mean = try weights.tensor("mean", shape: [values])
    components = try weights.tensor("components", shape: [Codec.components, values])
    offset = try weights.tensor("offset", shape: [Codec.envelope])
    scale = try weights.tensor("scale", shape: [Codec.envelope])
    synthesis = Codec.synthesisBands()
    input = try Conv1d(weights.at("input"), Codec.envelope, width, kernel: 3, before: 1)
    upsample = try Linear(weights.at("upsample"), width, Codec.frames * width)
    var blocks: [ConvNeXtBlock] = []
    for i in 0..<depth { blocks.append(try ConvNeXtBlock(weights.at("blocks").at(i), width: width, inner: inner)) }
    self.blocks = blocks
    norm = try LayerNorm(weights.at("norm"), width, eps: 1e-6)
    tone = try Linear(weights.at("tone"), width, 4 * Codec.bins)
    noise = try Linear(weights.at("noise"), width, 4 * Codec.bands)
    window = Tensor(shape: [Codec.fft])
    for i in 0..<Codec.fft { window.data[i] = Float(sin(Double.pi * (Double(i) + 0.5) / Double(Codec.fft))) }
  }

  /// Latents [count, 152], the first of which has absolute number `first`, and seeded noise -> planar samples
  /// [2, 2048 * count]. Of a piece of a stream, the samples of the first `lookBack` latents (unless it is the start) and of
  /// the last `lookAhead` (unless it is the end) are not valid. `partials` takes up the latents that are new to it.
  public func callAsFunction(
    _ latents: [Float], first: Int, noise source: NoiseSource, partials: inout PartialStream, scratch: Scratch
  ) -> [Float] {
    let frames = latents.count / Codec.latent * Codec.frames
    let numbers = scratch.buffer(20, frames * Self.noisePerFrame)
    for f in 0..<frames {
      source.fill(
        numbers + f * Self.noisePerFrame, count: Self.noisePerFrame, stream: .decoder, index: first * Codec.frames + f)
    }
    return callAsFunction(latents, first: first, noise: numbers, partials: &partials, scratch: scratch)
  }

  /// The same with given noise [4 * count, 2, bins, 2].
  public func callAsFunction(
    _ latents: [Float], first: Int, noise numbers: UnsafePointer<Float>, partials: inout PartialStream, scratch: Scratch
  ) -> [Float] {
    let count = latents.count / Codec.latent
    let frames = count * Codec.frames
    let bins = Codec.bins
    let envelopes = scratch.buffer(17, count * Codec.envelope)
    latents.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return }
      for row in 0..<count {
        (envelopes + row * Codec.envelope).update(from: rows + row * Codec.latent, count: Codec.envelope)
      }
    }
    let (energies, pan) = image(envelopes, count: count, scratch: scratch)
    partials.advance(latents, first: first, energies: energies, pan: pan)
    partials.subtract(from: energies, firstFrame: first * Codec.frames, frames: frames)
    let amplitudes = amplitude(energies, pan: pan, frames: frames, scratch: scratch)
    let hidden = backbone(envelopes, count: count, scratch: scratch)
    let tones = scratch.buffer(3, frames * 4 * bins)
    let bandGains = scratch.buffer(4, frames * 4 * Codec.bands)
    let gains = scratch.buffer(5, frames * 4 * bins)
    tone(hidden, rows: frames, into: tones)
    noise(hidden, rows: frames, into: bandGains)
    for i in 0..<frames * 4 * Codec.bands { bandGains[i] = min(bandGains[i], 2) }
    v2a_exp(bandGains, frames * 4 * Codec.bands)
    BLAS.multiply(bandGains, synthesis.data, into: gains, m: frames * 4, n: bins, k: Codec.bands)

    var samples = [Float](repeating: 0, count: 2 * frames * Codec.hop)
    let re = scratch.buffer(6, bins)
    let im = scratch.buffer(7, bins)
    let frame = scratch.buffer(8, Codec.fft)
    let work = scratch.buffer(9, 2 * Codec.fft)
    let root: Float = 0.70710678
    for f in 0..<frames {
      let a = numbers + f * Self.noisePerFrame
      let b = a + 2 * bins
      for channel in 0..<2 {
        let t = tones + (f * 4 + 2 * channel) * bins
        let g = gains + (f * 4 + 2 * channel) * bins
        let level = amplitudes + (f * 2 + channel) * bins
        for k in 0..<bins {
          re[k] = level[k] * (t[k] + root * (g[k] * a[2 * k] + g[bins + k] * b[2 * k]))
          im[k] = level[k] * (t[bins + k] + root * (g[k] * a[2 * k + 1] + g[bins + k] * b[2 * k + 1]))
        }
        fourier(re: re, im: im, output: frame, scratch: work)
        let start = f * Codec.hop - (Codec.fft - Codec.hop) / 2
        let base = channel * frames * Codec.hop
        for i in max(0, -start)..<min(Codec.fft, frames * Codec.hop - start) {
          samples[base + start + i] += frame[i] * window.data[i]
        }
      }
    }
    partials.add(to: &samples, from: first * Codec.latentHop)
    return samples
  }

  /// Envelopes -> frames [4 * count, width] after the last norm.
  public func backbone(_ latents: UnsafePointer<Float>, count: Int, scratch: Scratch) -> UnsafeMutablePointer<Float> {
    let frames = count * Codec.frames
    let x = scratch.buffer(0, frames * width)
    let first = scratch.buffer(1, count * width)
    input(latents, rows: count, into: first, scratch: scratch, slot: 2)
    upsample(first, rows: count, into: x)
    for block in blocks { block(x, frames: frames, scratch: scratch) }
    norm(x, rows: frames, into: x)
    return x
  }

  /// Envelopes -> band energies [4 * count, bands] and pan of the regions [4 * count, regions].
  private func image(
    _ envelopes: UnsafePointer<Float>, count: Int, scratch: Scratch
  ) -> (energies: UnsafeMutablePointer<Float>, pan: UnsafeMutablePointer<Float>) {
    let values = Codec.frames * Codec.bands
    let y = scratch.buffer(13, count * Codec.envelope)
    for row in 0..<count {
      for i in 0..<Codec.envelope {
        y[row * Codec.envelope + i] = envelopes[row * Codec.envelope + i] * scale.data[i] + offset.data[i]
      }
    }
    let energies = scratch.buffer(14, count * values)
    for row in 0..<count { (energies + row * values).update(from: mean.data, count: values) }
    BLAS.multiply(
      y, components.data, into: energies, m: count, n: values, k: Codec.components, lda: Codec.envelope, beta: 1)
    for i in 0..<count * values { energies[i] = min(energies[i], 6) }
    v2a_exp(energies, count * values)
    for i in 0..<count * values { energies[i] = max(0, energies[i] - 2 * Codec.floor) }
    let pan = scratch.buffer(18, count * Codec.frames * Codec.regions)
    for f in 0..<count * Codec.frames {
      for region in 0..<Codec.regions {
        pan[f * Codec.regions + region] = min(max(y[f / Codec.frames * Codec.envelope + Codec.components + region], -0.999), 0.999)
      }
    }
    return (energies, pan)
  }

  /// |spectrum| that noise of the band energies would have, left and right [frames, 2, bins].
  private func amplitude(
    _ energies: UnsafePointer<Float>, pan: UnsafePointer<Float>, frames: Int, scratch: Scratch
  ) -> UnsafeMutablePointer<Float> {
    let sides = scratch.buffer(15, frames * 2 * Codec.bands)
    for f in 0..<frames {
      for band in 0..<Codec.bands {
        let energy = energies[f * Codec.bands + band], side = pan[f * Codec.regions + Codec.regionOfBand[band]]
        sides[(f * 2) * Codec.bands + band] = (energy * (1 + side) / 2 * Float(Codec.fft)).squareRoot()
        sides[(f * 2 + 1) * Codec.bands + band] = (energy * (1 - side) / 2 * Float(Codec.fft)).squareRoot()
      }
    }
    let amplitudes = scratch.buffer(16, frames * 2 * Codec.bins)
    BLAS.multiply(sides, synthesis.data, into: amplitudes, m: frames * 2, n: Codec.bins, k: Codec.bands)
    return amplitudes
  }
}
