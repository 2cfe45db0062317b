import V2AModels
import V2AStreaming
import V2ATensor

/// What one soundtrack has of its own beside the others of the same pictures: layers, whose samples are added.
struct Variation {
  var settings: SoundtrackSettings
  var layers: [Layer]
  /// Those that nobody asks for any more and that have not faded out yet.
  var leaving: [Layer] = []

  /// Begins with latent number `index`.
  init(_ settings: SoundtrackSettings, at index: Int) {
    self.settings = settings
    layers = [Self.first(settings, fadingIn: 0, at: index)]
  }

  /// Begins anew with latent number `index`; after silence it fades in.
  mutating func restart(at index: Int, afterSilence: Bool = false) {
    (layers, leaving) = ([Self.first(settings, fadingIn: afterSilence ? Layer.afterSilence : 0, at: index)], [])
  }

  /// The layer that `arrange` begins with.
  private static func first(_ settings: SoundtrackSettings, fadingIn samples: Int, at index: Int) -> Layer {
    Layer(PromptPart(kind: .happens, words: settings.prompt), seed: settings.seed, fadingIn: samples, at: index)
  }

  /// Another variation that goes on, fading in, from what this one has sounded like so far.
  func fork(_ settings: SoundtrackSettings) -> Variation {
    var other = self
    other.settings = settings
    other.layers = layers.map { $0.fork($0.part, number: $0.number, fadingIn: Layer.afterSilence) }
    other.leaving = []
    return other
  }

  /// What the seed of a layer has on that of the one before: 2^64 over the golden ratio.
  private static let apart: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Makes layers what `parts`, one at least, ask for: one that is asked for the same goes on, then one whose part is of the same kind, and a layer alone
  /// as whatever there is. A new one goes on from the first of these, and one that is not asked for leaves.
  mutating func arrange(_ parts: [PromptPart]) {
    if parts.isEmpty { return }
    var old = layers
    var new = [Layer?](repeating: nil, count: parts.count)
    func take(_ place: Int, where fits: (PromptPart) -> Bool) {
      guard new[place] == nil, let known = old.firstIndex(where: { fits($0.part) }) else { return }
      new[place] = old.remove(at: known)
      new[place]?.part = parts[place]
    }
    for (i, part) in parts.enumerated() { take(i) { $0 == part } }
    for (i, part) in parts.enumerated() { take(i) { $0.kind == part.kind } }
    if new.allSatisfy({ $0 == nil }) { take(0) { _ in true } }
    leaving += old
    guard let first = new.compactMap({ $0 }).first else { return }
    var free = (0..<parts.count).filter { number in !new.contains { $0?.number == number } }
    layers = zip(parts, new).map { part, known in
      known ?? first.fork(part, number: free.isEmpty ? 0 : free.removeFirst(), fadingIn: Layer.joining)
    }
    for i in layers.indices { layers[i].seed = settings.seed &+ UInt64(layers[i].number) &* Self.apart }
  }
}
