import V2AModels

/// What happens in what a soundtrack is of: of its words, or without them of what is recognised in the picture.
struct Happening {
  /// Whether they speak of events, which are steered more than what goes on.
  let isOfEvents: Bool
  /// Whether moments are drawn for an event over a picture in which nothing moves.
  private let mayHappen: Bool
  /// Whether there are words.
  let isTold: Bool
  /// Whether they rule events out.
  private let isRuledOut: Bool

  /// Words and what is seen as embeddings [384] of any length; zeros for none, `seen` empty where nothing is recognised.
  init(words: [Float], seen: [Float], model: VideoToAudioModel) {
    isTold = words.contains { $0 != 0 }
    isOfEvents = model.eventfulness(isTold ? words : seen)
    mayHappen = isOfEvents || model.eventsAmong?(words) ?? false
    isRuledOut = isTold && model.eventfulness.rulesOutEvents(words)
  }

  /// Whether a sound of it goes on from chunk to chunk.
  func goesOn(isStill: Bool) -> Bool { isStill || isTold && !isOfEvents }

  /// The motion that it follows. Rain or music that would follow a picture was never heard in training: it turns into something else.
  func motion(isStill: Bool) -> Conditions.Motion { mayHappen || !isStill && !isRuledOut ? .seen : .rest }
}
