extension [Float] {
  /// Samples beyond are taken as this: they would overflow the transform.
  private static var largest: Float { 1e6 }

  /// Appends interleaved samples of 1 or 2 channels as pairs, one channel twice; what is not finite as silence. Returns the frames.
  @discardableResult
  mutating func appendStereo(_ samples: [Float], channels: Int) -> Int {
    let count = samples.count / channels
    reserveCapacity(self.count + 2 * count)
    for i in 0..<count {
      let left = Self.tame(samples[channels * i])
      append(left)
      append(channels == 2 ? Self.tame(samples[2 * i + 1]) : left)
    }
    return count
  }

  private static func tame(_ x: Float) -> Float { x.isFinite ? Swift.min(Swift.max(x, -largest), largest) : 0 }
}
