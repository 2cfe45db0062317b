import V2ATensor

/// The decoder's noise, by one thread or two: a frame's numbers depend on nothing else.
final class NoisePass: HalvedWork {
  let helper: Helper?
  private let source: NoiseSource
  private let first, frames: Int
  private let numbers: UnsafeMutablePointer<Float>

  /// Frames from absolute number `first` on.
  init(_ source: NoiseSource, first: Int, frames: Int, into numbers: UnsafeMutablePointer<Float>, helper: Helper?) {
    (self.source, self.first, self.frames, self.numbers, self.helper) = (source, first, frames, numbers, helper)
  }

  func compute(_ share: Share) {
    for f in share.of(frames) {
      source.fill(
        numbers + f * AudioDecoder.noisePerFrame, count: AudioDecoder.noisePerFrame, stream: .decoder, index: first + f)
    }
  }
}
