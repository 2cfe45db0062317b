/// One chunk of generation: latents to make, latents to make them from, frames it has to see, samples it completes.
public struct Window: Sendable, Equatable {
  /// Latents that are generated.
  public let chunk: Range<Int>
  /// Latents before them that are given (the overlapping context).
  public let context: Range<Int>
  /// Grid frames with a smaller number must have arrived.
  public let framesNeeded: Int
  /// Samples that are final afterwards: [0, committed).
  public let committed: Int64
}

/// Divides a stream into windows of `hop` new latents with `context` latents before them.
public struct WindowPlanner: Sendable, Equatable {
  /// Frames that the motion encoder looks ahead when there is time.
  public static let motionLookAhead = 4
  /// Frames after its chunk that a window waits for. Short hops are for those who cannot wait: below half a second they see less
  /// of what comes after, but one frame always, without which half of the events are missed or misplaced.
  public static func lookAhead(hop: Int) -> Int { min(motionLookAhead, max(1, (hop - 4) / 2)) }
  /// Latents that the audio decoder looks ahead.
  public static let decoderLookAhead = 2

  public var hop: Int
  public var context: Int
  /// First latent of the next window.
  public private(set) var position = 0

  public init(hop: Int, context: Int) {
    self.hop = max(1, hop)
    self.context = max(0, context)
  }

  public var next: Window {
    let end = position + hop
    return Window(
      chunk: position..<end, context: max(0, position - context)..<position,
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
