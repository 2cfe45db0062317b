import CKernels

/// Standard normal noise as a function of (seed, stream, absolute index): Philox4x32-10 (Salmon et al. 2011) and Box-Muller.
///
/// The same seed gives the same noise whatever the order or size of requests.
public struct NoiseSource: Sendable, Equatable {
  public enum Stream: UInt32, Sendable { case latents = 0, decoder = 1, events = 2 }

  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// Fills `count` floats that belong to position `index` of `stream`.
  public func fill(_ output: UnsafeMutablePointer<Float>, count: Int, stream: Stream, index: Int) {
    v2a_normal(output, count, seed, UInt64(bitPattern: Int64(index)), stream.rawValue)
  }
}
