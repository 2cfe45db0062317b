/// One chunk of generation: latents to make, latents to make them from, frames it has to see, samples it completes.
public struct Window: Sendable, Equatable {
  /// Latents that are new.
  public let chunk: Range<Int>
  /// Latents before them, not decoded yet, that are generated again with them; see `share`.
  public let overlap: Range<Int>
  /// Latents before these that are given (the context).
  public let context: Range<Int>
  /// Grid frames with a smaller number must have arrived.
  public let framesNeeded: Int
  /// Samples that are final afterwards: [0, committed).
  public let committed: Int64

  /// Of the overlap's latent number `index`, what is generated anew counts this much and what was there the rest: the step from one
  /// window's latents to the next's, whose errors are not each other's, is spread over the overlap.
  public func share(of index: Int) -> Float { (Float(index - overlap.lowerBound) + 0.5) / Float(max(1, overlap.count)) }
}

/// Divides a stream into windows of `hop` new latents with an overlap and `context` latents before them.
public struct WindowPlanner: Sendable, Equatable {
  /// Frames that the motion encoder looks ahead when there is time.
  public static let motionLookAhead = 4
  /// Frames after its chunk that a window waits for. Short hops are for those who cannot wait: below half a second they see less
  /// of what comes after, but one frame always, without which half of the events are missed or misplaced.
  public static func lookAhead(hop: Int) -> Int { min(motionLookAhead, max(1, (hop - 4) / 2)) }
  /// Latents that the audio decoder looks ahead.
  public static let decoderLookAhead = 2
  /// Latents of a window that the next one generates again, which the decoder has only looked at: none at short hops, where they would cost
  /// much, and none without a context.
  static func overlap(hop: Int, context: Int) -> Int { context > 0 ? min(decoderLookAhead, hop / 8) : 0 }

  public var hop: Int
  public var context: Int
  /// First latent of the next window.
  public private(set) var position = 0

  public init(hop: Int, context: Int) {
    self.hop = max(1, hop)
    self.context = max(0, context)
  }

  public var next: Window {
    let end = position + hop, overlap = max(0, position - Self.overlap(hop: hop, context: context))
    return Window(
      chunk: position..<end, overlap: overlap..<position, context: max(0, overlap - context)..<overlap,
      framesNeeded: end + Self.lookAhead(hop: hop),
      committed: max(0, Int64(end - Self.decoderLookAhead) * LatentGrid.samplesPerLatent))
  }

  public mutating func advance() { position += hop }

  /// Time in nanoseconds from a sound's place in the picture to when its samples can be final, computing left aside: the first
  /// sample of a window is `decoderLookAhead` latents before its chunk, and its last frame is shown in the middle of the
  /// `lookAhead`-th latent after the chunk and known when the next picture comes, `interval` nanoseconds later.
  public static func latency(hop: Int, interval: Int64) -> Int64 {
    let hop = max(1, hop)
    return LatentGrid.time(ofFrame: hop + lookAhead(hop: hop) - 1 + decoderLookAhead).addingSaturated(max(0, interval))
  }
}
