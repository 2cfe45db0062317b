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

  let width, inner: Int
  private let mean, components, offset, scale: Tensor
  let input: Conv1d
  let upsample: Linear
  let blocks: [ConvNeXtBlock]
  let norm: LayerNorm
  let tone, noise: Linear
  /// From bands to bins.
  let synthesis: Linear
  let fourier = InverseFourier(size: Codec.fft)
  let window: Tensor

  public init(_ weights: Weights, width: Int, depth: Int, inner: Int) throws(CheckpointError) {
    (self.width, self.inner) = (width, inner)
    let values = Codec.frames * Codec.bands
    mean = try weights.tensor("mean", shape: [values])
    components = try weights.tensor("components", shape: [Codec.components, values])
    offset = try weights.tensor("offset", shape: [Codec.envelope])
    scale = try weights.tensor("scale", shape: [Codec.envelope])
    input = try Conv1d(weights.at("input"), Codec.envelope, width, kernel: 3, before: 1)
    upsample = try Linear(weights.at("upsample"), width, Codec.frames * width)
    var blocks: [ConvNeXtBlock] = []
    for i in 0..<depth { blocks.append(try ConvNeXtBlock(weights.at("blocks").at(i), width: width, inner: inner)) }
    self.blocks = blocks
    norm = try LayerNorm(weights.at("norm"), width, eps: 1e-6)
    tone = try Linear(weights.at("tone"), width, 4 * Codec.bins)
    noise = try Linear(weights.at("noise"), width, 4 * Codec.bands)
    let bands = Codec.synthesisBands(), columns = Tensor(shape: [Codec.bins, Codec.bands])
    for bin in 0..<Codec.bins { for band in 0..<Codec.bands { columns.data[bin * Codec.bands + band] = bands.data[band * Codec.bins + bin] } }
    synthesis = Linear(columns, bias: Tensor(shape: [Codec.bins]), Codec.bands, Codec.bins, precision: .float32)
    window = Tensor(shape: [Codec.fft])
    for i in 0..<Codec.fft { window.data[i] = Float(sin(Double.pi * (Double(i) + 0.5) / Double(Codec.fft))) }
  }

  /// For sounds that go on, of levels in dB [Ceiling.parts].
  public func ceiling(_ decibels: [Float]) -> Ceiling {
    Ceiling(decibels: decibels, mean: mean.data, components: components.data, offset: offset.data, scale: scale.data)
  }

  /// Latents [count, 152], the first of which has absolute number `first`, and seeded noise -> planar samples
  /// [2, 2048 * count]. Of a piece of a stream, the samples of the first `lookBack` latents (unless it is the start) and of
  /// the last `lookAhead` (unless it is the end) are not valid. `partials` takes up the latents that are new to it; those from number
  /// `final` on may still change. A helper takes half of the work; the result is the same bit for bit.
  public func callAsFunction(
    _ latents: [Float], first: Int, final: Int = .max, noise source: NoiseSource, partials: inout PartialStream, scratch: Scratch,
    helper: Helper? = nil
  ) -> [Float] {
    let frames = latents.count / Codec.latent * Codec.frames
    let numbers = scratch.buffer(20, frames * Self.noisePerFrame)
    NoisePass(source, first: first * Codec.frames, frames: frames, into: numbers, helper: helper).computeAll()
    return callAsFunction(latents, first: first, final: final, noise: numbers, partials: &partials, scratch: scratch, helper: helper)
  }

  /// The same with given noise [4 * count, 2, bins, 2].
  public func callAsFunction(
    _ latents: [Float], first: Int, final: Int = .max, noise numbers: UnsafePointer<Float>, partials: inout PartialStream,
    scratch: Scratch, helper: Helper? = nil
  ) -> [Float] {
    let count = latents.count / Codec.latent
    let frames = count * Codec.frames
    let envelopes = scratch.buffer(17, count * Codec.envelope)
    latents.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return }
      for row in 0..<count {
        (envelopes + row * Codec.envelope).update(from: rows + row * Codec.latent, count: Codec.envelope)
      }
    }
    let (energies, pan) = image(envelopes, count: count, scratch: scratch)
    partials.advance(latents, first: first, final: final, energies: energies, pan: pan)
    partials.subtract(from: energies, firstFrame: first * Codec.frames, frames: frames)
    let hidden = backbone(envelopes, count: count, scratch: scratch, helper: helper)
    var samples = [Float](repeating: 0, count: 2 * frames * Codec.hop)
    samples.withUnsafeMutableBufferPointer { output in
      guard let output = output.baseAddress else { return }
      SpectrumPass(
        self, hidden: hidden, energies: energies, pan: pan, noise: numbers, frames: frames, into: output, scratch: scratch,
        helper: helper)()
    }
    partials.add(to: &samples, from: first * Codec.latentHop)
    return samples
  }

  /// Envelopes -> frames [4 * count, width] after the last norm.
  public func backbone(
    _ envelopes: UnsafePointer<Float>, count: Int, scratch: Scratch, helper: Helper? = nil
  ) -> UnsafeMutablePointer<Float> {
    BackbonePass(self, envelopes, count: count, scratch: scratch, helper: helper)()
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
}
