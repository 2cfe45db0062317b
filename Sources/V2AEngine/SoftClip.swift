#if canImport(Glibc)
  import Glibc
#endif

/// Keeps samples within full scale: the identity up to `knee`, above it knee + (1 - knee) tanh((|x| - knee) / (1 - knee)), whose
/// slope is 1 at the knee. Without memory, so blocks do not matter.
enum SoftClip {
  static let knee: Float = 0.8

  static func apply(_ x: Float) -> Float {
    let size = abs(x)
    if size <= knee { return x }
    let y = knee + (1 - knee) * tanhf((size - knee) / (1 - knee))
    return x < 0 ? -y : y
  }

  static func apply(to samples: inout [Float]) {
    for i in samples.indices { samples[i] = apply(samples[i]) }
  }
}
