import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

extension Element {
  /// Gives the generator the settings of the next window, per pad: controlled properties at its stream time, the timed prompt
  /// in force, and what the pads say themselves. Hop, context and seed of the first pad stay what they were at the start.
  func prepareSettings(_ generator: any SoundtrackGenerator, _ state: WorkerState) -> [SoundtrackSettings] {
    let start = state.pts(state.samples)
    let place = WindowPlace(pts: start, duration: 0, segment: state.segment)
    if place.streamTime != .max {
      gst_object_sync_values(UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self), place.streamTime)
    }
    var base = settings.with { $0.soundtrack }
    let now = generator.settings
    (base.hop, base.context) = (now.hop, now.context)
    var cue: PromptTrack.Cue?
    if let running = nanoseconds(GstClockTime(place.running)) {
      let length = LatentGrid.nanoseconds(ofLatents: base.hop)
      let end = self.running(start.addingSaturated(length), state.segment) ?? running.addingSaturated(length)
      cue = self.cue(in: running..<max(running, end), state)
    }
    let wanted = state.lines.map { $0.settings(over: base, cue: cue) }
    if wanted != generator.variations { generator.variations = wanted }
    return wanted
  }
}

extension Line {
  /// The element's settings with what this pad has of its own.
  func settings(over base: SoundtrackSettings, cue: PromptTrack.Cue?) -> SoundtrackSettings {
    var own = base
    if let cue {
      if !cue.prompt.isEmpty { own.prompt = cue.prompt }
      if !cue.negativePrompt.isEmpty { own.negativePrompt = cue.negativePrompt }
    }
    guard isVariation else { return own }
    var seed: guint64 = 0
    var prompt: UnsafeMutablePointer<CChar>?
    var negative: UnsafeMutablePointer<CChar>?
    v2a_pad_get(pad, &seed, &prompt, &negative)
    own.seed = UInt64(seed)
    if let prompt { own.prompt = ElementSettings.text(prompt) }
    if let negative { own.negativePrompt = ElementSettings.text(negative) }
    g_free(prompt)
    g_free(negative)
    return own
  }

  /// What the track is called: the pad's own prompt, or its seed.
  var title: String? {
    guard isVariation else { return nil }
    let own = settings(over: SoundtrackSettings(), cue: nil)
    return own.prompt.isEmpty ? "Soundtrack, seed \(own.seed)" : "\(own.prompt) (seed \(own.seed))"
  }
}

extension Element {
  /// The soundtrack's tags in place of the video's. The caller owns them.
  func soundtrackTags(_ tags: UnsafeMutablePointer<GstTagList>?, _ line: Line) -> UnsafeMutablePointer<GstTagList>? {
    v2a_soundtrack_tags(tags, line.title, settings.with { $0.mark.identifier })
  }
}
