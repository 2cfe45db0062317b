import V2AModels

/// What a layer's latents are generated from.
struct Direction {
  /// The guided branch, and unless guidance is off or built in the one to steer away from: no picture, and the negative prompt or none.
  let branches: [Conditions]
  /// Guidance scale, larger where a prompt speaks of events, and without one where steps are few.
  let scale: Float
  let asked: Told
  let happening: Happening
  /// Whether it is the ambience of a picture that says nothing.
  var isAmbience = false
}

/// Makes words and what is seen into what the generator is told. Used from one thread.
final class Director {
  private let model: VideoToAudioModel
  private var encoded: [String: (states: [Float], mean: [Float])] = [:]
  private var takenApart: [Asked: [PromptPart]] = [:]

  private struct Asked: Hashable {
    let prompt, negative: String
    let layers: Int
  }

  init(model: VideoToAudioModel) { self.model = model }

  /// Prompts, and parts of them, of which is kept what was found out.
  private static let known = 64

  /// What the layers of a soundtrack are asked for.
  func layers(of own: SoundtrackSettings) -> [PromptPart] {
    let asked = Asked(prompt: own.prompt, negative: own.negativePrompt, layers: own.layers)
    if let known = takenApart[asked] { return known }
    let parts = PromptParts(spokenOf: model.spokenOf, knownPhrases: model.knownPhrases) { self.encode($0).mean }
    let layers = parts.layers(of: asked.prompt, without: asked.negative, most: asked.layers)
    if takenApart.count >= Self.known { takenApart.removeAll() }
    takenApart[asked] = layers
    return layers
  }

  /// What a soundtrack's layers are told with what is seen, and whether something `happens` there; guidance and steps are those of `settings`.
  func directions(_ track: Variation, _ seen: Seen, isStill: Bool, happens: Bool, _ settings: SoundtrackSettings) -> [Direction] {
    let somethingHappens = track.layers.contains { $0.part.kind == .happens }
    return track.layers.map { layer in
      let words = layer.part.words, negative = track.settings.negativePrompt
      let unasked = words.hasWords ? nil : unasked(of: seen, happens: happens), isAmbience = unasked?.isAmbience == true
      let isBackground = isAmbience || somethingHappens && layer.part.kind == .goesOn
      var own = direction(
        unasked?.words ?? words, isBackground, unasked?.visual ?? (words.hasWords ? seen.besideWords : seen.visual),
        isRecognised: seen.isRecognised, isStill: isStill, without: negative, settings)
      own.isAmbience = isAmbience
      return own
    }
  }

  /// What is said by itself of what hardly sounds by its looks: somebody's steps, and the ambience of a picture that says nothing.
  private struct Unasked {
    let words: String
    let visual: [Float]
    let isAmbience: Bool
  }

  /// nil where the picture sounds, or where the model knows no such words.
  private func unasked(of seen: Seen, happens: Bool) -> Unasked? {
    let walking = model.configuration.walking
    if seen.kind == .walks && walking.hasWords { return Unasked(words: walking, visual: Conditions.none.visual, isAmbience: false) }
    let words = model.configuration.ambience
    guard words.hasWords else { return nil }
    let ambience = Unasked(words: words, visual: Conditions.none.visual, isAmbience: true)
    switch seen.kind {
    case .sounds: return nil
    case .faint: return Unasked(words: "", visual: seen.visual, isAmbience: true)
    case .walks, .quiet: return ambience
    case .unknown: return happens ? nil : ambience
    }
  }

  private func direction(
    _ words: String, _ isBackground: Bool, _ visual: [Float], isRecognised: Bool, isStill: Bool, without negative: String,
    _ settings: SoundtrackSettings
  ) -> Direction {
    var guided = Conditions.none
    (guided.states, guided.prompt) = encode(words)
    guided.visual = VisualMemory.agreeing(visual, with: guided.prompt)
    let seen = isRecognised ? guided.visual : []
    let happening = Happening(words: guided.prompt, seen: seen, spokenOf: model.spokenOf, isBackground: isBackground)
    guided.motion = happening.motion(isStill: isStill)
    let asked = Told(goesOn: happening.goesOn(isStill: isStill), prompt: words, negativePrompt: negative, seen: guided.visual)
    func direction(_ branches: [Conditions], _ scale: Float) -> Direction {
      Direction(branches: branches, scale: scale, asked: asked, happening: happening)
    }
    if settings.guidanceScale == 1 { return direction([guided], 1) }
    let configuration = model.configuration, spoken = happening.isOfEvents ? configuration.eventGuidance : 1
    let emphasis = happening.isTold ? spoken : configuration.wordlessGuidance(steps: settings.steps)
    let scale = 1 + emphasis * (settings.guidanceScale - 1)
    var away = Conditions.none
    (away.states, away.prompt) = encode(negative)
    if away.states.isEmpty && scale > 1 && scale <= configuration.transformer.guidance {
      guided.scale = scale
      return direction([guided], scale)
    }
    return direction([guided, away], scale)
  }

  /// Token states and mean times sqrt(384) of a prompt; nothing for an empty one.
  private func encode(_ prompt: String) -> (states: [Float], mean: [Float]) {
    if !prompt.hasWords { return ([], [Float](repeating: 0, count: TextEncoder.width)) }
    if let known = encoded[prompt] { return known }
    let (states, mean) = model.textEncoder(model.tokenizer(prompt))
    let root = Float(TextEncoder.width).squareRoot()
    if encoded.count >= Self.known { encoded.removeAll() }
    let new = (states, mean.map { $0 * root })
    encoded[prompt] = new
    return new
  }
}
