import V2AModels

/// What happens in what a soundtrack is of: of its words, or without them of what is recognised in the picture.
struct Happening {
  /// Whether they speak of events, which are steered more than what goes on.
  let isOfEvents: Bool
  /// How often something happens that no picture shows; nil for what goes on.
  let pace: Pace?
  /// Whether there are words.
  let isTold: Bool
  /// Whether anything is known of what happens.
  let isKnown: Bool
  /// Whether they are somebody's steps.
  let isOfSteps: Bool
  /// Whether they rule events out.
  private let isRuledOut: Bool

  /// Words and what is seen as embeddings [384] of any length; zeros for none, `seen` empty where nothing is recognised. In the background
  /// of a layer that has what happens nothing does.
  init(words: [Float], seen: [Float], spokenOf: SpokenOf, isBackground: Bool = false) {
    isTold = words.contains { $0 != 0 }
    isKnown = isTold || seen.contains { $0 != 0 }
    let what = isTold ? words : seen
    let beat: Pace? = spokenOf.plucked?(what) == true ? .beat : nil
    if isBackground {
      (isOfEvents, isOfSteps, isRuledOut, pace) = (false, false, true, beat)
      return
    }
    isOfEvents = spokenOf.events(what)
    isOfSteps = spokenOf.steps?(what) == true
    isRuledOut = isTold && spokenOf.events.isRuledOut(by: words)
    pace =
      if spokenOf.isRepeated(what) {
        .repeated
      } else if isOfEvents || spokenOf.eventsAmong?(words) == true {
        .chance
      } else {
        beat
      }
  }

  /// Whether that is so whatever the picture shows: music that somebody asks for keeps its own beat.
  var keepsPace: Bool { isTold && pace == .beat }

  /// Whether a sound of it goes on from chunk to chunk.
  func goesOn(isStill: Bool) -> Bool { isStill || isTold && !isOfEvents }

  /// The motion that it follows. Rain that would follow a picture was never heard in training: it turns into something else.
  func motion(isStill: Bool) -> Conditions.Motion { pace != nil || !isStill && !isRuledOut ? .seen : .rest }
}
