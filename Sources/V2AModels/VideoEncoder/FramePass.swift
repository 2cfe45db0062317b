import CKernels
import V2ALayers
import V2ATensor

/// One picture on its way through EfficientNet-Lite0, by one thread or two.
///
/// Planes of an even number of rows are divided by rows: a block's filter, its projection and the next block's expansion stay within a
/// half, so that threads meet once a block. The small planes after those, whose weights are the larger part, are divided by channels.
final class FramePass: PhasedWork {
  let helper: Helper?
  enum Phase { case picture, stem, rows, channels, projection, head, classes }
  private typealias Floats = UnsafeMutablePointer<Float>

  private let network: FrameEncoder
  private let picture: Picture
  private let image, patches, features, probabilities, filtered: Floats
  /// What a block gets and gives; what it was expanded to, and where the next is expanded to while the other half is still read.
  private var x, y, expanded, next: Floats
  var phase = Phase.picture
  private var block = 0
  /// Rows of x and, after the block's stride, of y.
  private var size = FrameEncoder.side / 2, out = FrameEncoder.side / 2

  init(_ network: FrameEncoder, _ picture: Picture, scratch: Scratch, helper: Helper?) {
    (self.network, self.picture, self.helper) = (network, picture, helper)
    image = scratch.buffer(0, Picture.padded * Picture.padded * 3)
    let area = size * size
    x = scratch.buffer(1, 32 * area)
    y = scratch.buffer(2, 32 * area)
    expanded = scratch.buffer(3, 96 * area)
    next = helper == nil ? expanded : scratch.buffer(6, 96 * area)
    filtered = scratch.buffer(4, 96 * area)
    patches = scratch.buffer(5, PatchStem.patch * area)
    features = scratch.buffer(7, FrameEncoder.features)
    probabilities = scratch.buffer(8, FrameEncoder.classes)
  }

  /// Pooled features [1280] and class probabilities [1000].
  func callAsFunction() -> (features: UnsafePointer<Float>, probabilities: UnsafePointer<Float>) {
    perform(.picture)
    perform(.stem)
    for (i, own) in network.blocks.enumerated() {
      block = i
      out = (size + own.stride - 1) / own.stride
      if out % 2 == 0 {
        perform(.rows)
        swap(&expanded, &next)
      } else {
        perform(.channels)
        perform(.projection)
      }
      if !own.residual { swap(&x, &y) }
      size = out
    }
    perform(.head)
    perform(.classes)
    v2a_softmax(probabilities, 1, FrameEncoder.classes)
    return (UnsafePointer(features), UnsafePointer(probabilities))
  }

  func compute(_ share: Share) {
    switch phase {
    case .picture: picture.pad(rows: share.of(Picture.padded), into: image)
    case .stem: network.stem(image, padded: Picture.padded, size: size, rows: share.of(size), patches: patches, into: x)
    case .rows: filterAndProject(rows: share.of(out))
    case .channels: expandAndFilter(channels: share.of(network.blocks[block].depthwise.channels, step: PackedMatrix.panel))
    case .projection: project(outputs: share.of(network.blocks[block].project.output, step: PackedMatrix.panel))
    case .head: pool(share.of(FrameEncoder.features, step: PackedMatrix.panel))
    case .classes:
      network.classifier(
        features, rows: 1, outputs: share.of(FrameEncoder.classes, step: PackedMatrix.panel), into: probabilities)
    }
  }

  private func filterAndProject(rows: Range<Int>) {
    let own = network.blocks[block], pixels = pixels(rows, out), result = own.residual ? x : y
    own.depthwise(own.expand == nil ? x : expanded, size: size, into: filtered, rows: rows)
    own.project(filtered, some: pixels, into: result, adding: own.residual)
    if block + 1 < network.blocks.count {
      network.blocks[block + 1].expand?(result, some: pixels, into: next, activation: .relu6)
    }
  }

  private func expandAndFilter(channels: Range<Int>) {
    let own = network.blocks[block]
    // The block before has done so where its rows were divided.
    if size % 2 == 1, let expand = own.expand {
      expand(x, rows: size * size, outputs: channels, into: expanded, activation: .relu6)
    }
    own.depthwise(expanded, size: size, into: filtered, channels: channels)
  }

  private func project(outputs: Range<Int>) {
    let own = network.blocks[block]
    own.project(filtered, rows: out * out, outputs: outputs, into: own.residual ? x : y, adding: own.residual)
  }

  /// The head's channels and their means.
  private func pool(_ outputs: Range<Int>) {
    let area = size * size
    network.head(x, rows: area, outputs: outputs, into: expanded, activation: .relu6)
    (features + outputs.lowerBound).update(repeating: 0, count: outputs.count)
    for pixel in 0..<area {
      v2a_axpy(
        features + outputs.lowerBound, expanded + pixel * FrameEncoder.features + outputs.lowerBound, 1 / Float(area), outputs.count)
    }
  }

  private func pixels(_ rows: Range<Int>, _ size: Int) -> Range<Int> { rows.lowerBound * size..<rows.upperBound * size }
}
