import V2AModels
import V2ATensor

/// What the pictures of the last seconds say of sound.
struct Seen {
  enum Kind {
    /// Something that sounds.
    case sounds
    /// Somebody who walks, and nothing else that surely sounds.
    case walks
    /// Something of which hardly more than its surroundings are heard: a hare, leaves that rustle.
    case faint
    /// Somebody, or a thing that is known and hardly sounds.
    case quiet
    /// Nothing that is known.
    case unknown
  }

  let kind: Kind
  /// Visual prompt [384], times sqrt(384); zeros for none.
  let visual: [Float]
  /// Whether it is known what is there, whichever of several breeds of a thing it may be.
  let isRecognised: Bool
  /// What it is beside words, never more than it is sure of: over a film a sound that words ask for would run away with it.
  let besideWords: [Float]

  /// Length of a class' embedding up to which it hardly sounds and speaks of a quiet room.
  private static let faint: Float = 0.16
  /// Length of the visual prompt below which it says nothing of a picture that moves: training shows so weak ones mostly in quiet places.
  private static let weak: Float = 0.35
  /// Probability of things that may sound, and how surely they do (0..1), from which a picture that moves is of them, whichever of them it is.
  private static let likely: Float = 0.25, surely: Float = 0.25
  /// How surely what is more than faint sounds.
  private static let softly: Float = 0.45
  /// Length of the visual prompt that they have then at least.
  private static let plain: Float = 0.45
  /// Probability of such things from which they are known, and of what is worn from which somebody is there.
  private static let known: Float = 0.4, somebody: Float = 0.2


  /// `VisualMemory.confidence` from which a still picture counts as known.
  private static let recognised: Float = 0.4

  /// Class probabilities [1000] (nil: nothing has been seen yet), embeddings of the classes' sounds [1000, 384], and 1 for those that somebody is taken
  /// for [1000], others 0.
  ///
  /// The prompt is the sum of probabilities less `VisualMemory.doubt`, where positive, times the embeddings. What is seen to happen is not made quiet
  /// by things that hardly sound, or are hardly known: over a picture that moves they say nothing.
  init(_ probabilities: [Float]?, table: Tensor, people: [Float]?, isStill: Bool, somebody: PersonTrack.Presence = .nobody) {
    let width = TextEncoder.width
    var all = [Float](repeating: 0, count: width)
    var sounding = all, things = all
    var likelihood: Float = 0, worn: Float = 0
    for (c, p) in (probabilities ?? []).enumerated() {
      let isWorn = people.map { $0.indices.contains(c) && $0[c] == 1 } ?? false
      if isWorn { worn += p }
      guard p > VisualMemory.doubt else { continue }
      let embedding = UnsafeBufferPointer(start: table.data + c * width, count: width), share = p - VisualMemory.doubt
      func add(to sum: inout [Float]) { for i in 0..<width { sum[i] += share * embedding[i] } }
      add(to: &all)
      guard Self.length(embedding) >= Self.faint else { continue }
      add(to: &sounding)
      if !isWorn {
        add(to: &things)
        likelihood += share
      }
    }
    let root = Float(width).squareRoot(), length = Self.length(things), nothing = [Float](repeating: 0, count: width)
    if isStill {
      kind = Self.length(all) < Self.faint ? .quiet : .sounds
      visual = all.map { $0 * root }
      besideWords = visual
      isRecognised = VisualMemory.confidence(probabilities ?? []) > Self.recognised
      return
    }
    besideWords = Self.length(sounding) < Self.weak ? nothing : sounding.map { $0 * root }
    let said: (kind: Kind, visual: [Float])
    if likelihood >= Self.likely && length >= Self.surely * likelihood && Self.length(sounding) < Self.plain {
      said = (length < Self.softly * likelihood ? .faint : .sounds, things.map { $0 * root * Self.plain / length })
    } else if besideWords != nothing {
      said = (.sounds, besideWords)
    } else {
      let isQuiet = somebody == .stays || worn >= Self.somebody || likelihood >= Self.known
      said = (isQuiet ? .quiet : .unknown, nothing)
    }
    // Swimwear speaks of water, but not on somebody who walks.
    (kind, visual) = somebody == .walks && length < Self.weak ? (.walks, nothing) : said
    isRecognised = kind == .sounds || kind == .walks
  }

  private static func length(_ x: some Sequence<Float>) -> Float { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
