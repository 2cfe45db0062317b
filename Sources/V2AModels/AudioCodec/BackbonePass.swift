import V2ALayers
import V2ATensor

/// Envelopes on their way through the decoder's ConvNeXt network, by one thread or two: frames are divided, and threads meet once a
/// block, whose filter looks back over the border.
final class BackbonePass: PhasedWork {
  let helper: Helper?
  enum Phase { case upsample, block(Int), norm }
  private typealias Floats = UnsafeMutablePointer<Float>

  private let network: AudioDecoder
  private let envelopes: UnsafePointer<Float>
  private let latents, normed, hidden: Floats
  /// What a block gets and gives, after as many frames of zeros as it looks back.
  private var x, y: Floats
  private let count, frames, history: Int
  var phase = Phase.upsample

  /// Envelopes [count, 64].
  init(_ network: AudioDecoder, _ envelopes: UnsafePointer<Float>, count: Int, scratch: Scratch, helper: Helper?) {
    (self.network, self.count, self.helper) = (network, count, helper)
    self.envelopes = network.input.padded(envelopes, rows: count, scratch: scratch, slot: 2)
    frames = count * Codec.frames
    history = ConvNeXtBlock.history * network.width
    latents = scratch.buffer(1, count * network.width)
    x = scratch.buffer(0, history + frames * network.width)
    y = scratch.buffer(10, history + frames * network.width)
    normed = scratch.buffer(11, frames * network.width)
    hidden = scratch.buffer(12, frames * network.inner)
    x.update(repeating: 0, count: history)
    y.update(repeating: 0, count: history)
  }

  /// Frames [4 * count, width] after the last norm.
  func callAsFunction() -> UnsafeMutablePointer<Float> {
    perform(.upsample)
    for i in network.blocks.indices {
      perform(.block(i))
      swap(&x, &y)
    }
    perform(.norm)
    return x + history
  }

  func compute(_ share: Share) {
    let own = share.of(frames)
    switch phase {
    case .upsample:
      network.input(padded: envelopes, some: share.of(count), into: latents)
      network.upsample(latents, some: share.of(count), into: x + history)
    case .block(let i): network.blocks[i](x, some: own, into: y, normed: normed, hidden: hidden)
    case .norm:
      let rows = x + history + own.lowerBound * network.width
      network.norm(rows, rows: own.count, into: rows)
    }
  }
}
