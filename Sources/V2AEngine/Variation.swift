import V2AModels
import V2AStreaming
import V2ATensor

/// What one soundtrack has of its own beside the others of the same pictures.
struct Variation {
  var settings: SoundtrackSettings
  var latents = History(width: Codec.latent)
  var partials: PartialStream
  /// The window before was given up.
  var wasSilent = false
  /// What its latents from number `since` on were told.
  private var told: (what: Told, since: Int)?

  /// Begins with latent number `index`.
  init(_ settings: SoundtrackSettings, at index: Int) {
    self.settings = settings
    partials = PartialStream(at: index)
    latents.restart(at: index)
  }

  mutating func restart(at index: Int) {
    latents.restart(at: index)
    partials = PartialStream(at: index)
    wasSilent = false
    told = nil
  }

  /// Takes down what the latents from `index` on are told; whether it has been much the same for so long that what goes on has settled.
  mutating func hasSettled(_ now: Told, at index: Int) -> Bool {
    if let told, told.what.isLike(now) { return now.goesOn && index - told.since >= Told.settling }
    told = (now, index)
    return false
  }

  /// Another variation that goes on, fading in, from what this one has sounded like so far.
  func fork(_ settings: SoundtrackSettings) -> Variation {
    var other = self
    other.settings = settings
    other.wasSilent = !latents.isEmpty
    return other
  }

  /// Takes up generated latents [overlap + chunk, 152], of which the overlap's are a `share` of what they become.
  mutating func append(_ generated: [Float], overlap: Range<Int>, share: (Int) -> Float) {
    var rows = generated
    let before = latents[overlap]
    for (row, index) in overlap.enumerated() {
      let new = share(index)
      for i in row * Codec.latent..<(row + 1) * Codec.latent { rows[i] = before[i] + new * (rows[i] - before[i]) }
    }
    latents.removeLast(from: overlap.lowerBound)
    latents.append(rows)
  }

  /// The seed's noise of deviation `scale` for latents `range` [count, 152].
  func noise(of range: Range<Int>, scale: Float, into x: UnsafeMutablePointer<Float>) {
    let source = NoiseSource(seed: settings.seed)
    for (row, index) in range.enumerated() {
      source.fill(x + row * Codec.latent, count: Codec.latent, stream: .latents, index: index)
    }
    for i in 0..<range.count * Codec.latent { x[i] *= scale }
  }

  /// Samples over which sound comes back after silence: 20 ms.
  private static let fade = 960

  mutating func fadeInAfterSilence(_ samples: inout [Float]) {
    guard wasSilent, !samples.isEmpty else { return }
    wasSilent = false
    for i in 0..<min(Self.fade, samples.count / 2) {
      let gain = Float(i) / Float(Self.fade)
      samples[2 * i] *= gain
      samples[2 * i + 1] *= gain
    }
  }

  /// Interleaved stereo down to nothing at its end.
  static func fadeOut(_ samples: inout [Float]) {
    let count = samples.count / 2
    for i in 0..<count {
      let gain = 1 - Float(i + 1) / Float(count)
      samples[2 * i] *= gain
      samples[2 * i + 1] *= gain
    }
  }
}
