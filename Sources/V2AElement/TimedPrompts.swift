import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// The text pad's side of the stream; under the stream's monitor.
struct TextState {
  /// Whether the pad is there, and leads anywhere.
  var isPresent = false
  var isLinked = false
  var track = PromptTrack()
  /// The text did not come in time: nobody waits for it until it has caught up.
  var isLate = false
  var warnedFull = false

  /// Another stream; the pad stays.
  mutating func reset() {
    let (present, linked) = (isPresent, isLinked)
    self = TextState()
    (isPresent, isLinked) = (present, linked)
  }
}

extension Element {
  /// Longest time, in seconds, to wait for text that neither comes nor ends; and once chain is full, for then the thread that
  /// waits may be the one that brings the text.
  private static let longestWait = 2.0, longestWaitWhenFull = 0.5

  func addPrompts(_ pad: UnsafeMutablePointer<GstPad>) -> Bool {
    stream.update { s -> Bool in
      guard !s.text.isPresent else { return false }
      s.text.isPresent = true
      return true
    }
  }

  /// Whether text can be expected at all.
  func checkPromptsLinked() {
    guard let pad = gst_element_get_static_pad(object, "prompt_sink") else { return }
    let isLinked = v2a_pad_leads_anywhere(pad) != 0
    gst_object_unref(pad)
    stream.with { $0.text.isLinked = isLinked }
  }

  func removePrompts() {
    stream.update {
      $0.text.isPresent = false
      $0.text.track = PromptTrack()
    }
  }

  /// A cue. Owns `buffer`. Never waits: text may come from the thread that brings the video, too.
  func promptChain(_ buffer: UnsafeMutablePointer<GstBuffer>) -> GstFlowReturn {
    defer { gst_buffer_unref(buffer) }
    guard stream.with({ !$0.stopping }) else { return GST_FLOW_FLUSHING }
    guard let segment = textSegment else {
      ErrorMapping.post(V2A_ERROR_FORMAT, "a timed prompt came before a segment in time format", on: object)
      return GST_FLOW_ERROR
    }
    guard let pts = nanoseconds(v2a_buffer_pts(buffer)), let start = running(pts, segment) else { return GST_FLOW_OK }
    // Without a duration the cue lasts until the next one, which begins later and therefore wins.
    let duration = nanoseconds(v2a_buffer_duration(buffer)) ?? 3600 * Timeline.nanosecondsPerSecond
    let end = running(pts.addingSaturated(duration), segment) ?? start.addingSaturated(duration)
    let cue = PromptTrack.Cue(start: start, end: end, text: text(of: buffer))
    let (fits, warns) = stream.update { s -> (Bool, Bool) in
      let fits = s.text.track.add(cue)
      defer { if !fits { s.text.warnedFull = true } }
      return (fits, !s.text.warnedFull)
    }
    if !fits && warns { v2a_post_warning(object, "more than \(PromptTrack.limit) timed prompts wait: those on top are dropped") }
    log(GST_LEVEL_DEBUG, "timed prompt from \(start) to \(end) ns: \(cue.prompt) | \(cue.negativePrompt)")
    return GST_FLOW_OK
  }

  /// An event of the text stream. Owns `event`. None of them goes downstream.
  func promptEvent(_ event: UnsafeMutablePointer<GstEvent>) -> Bool {
    let owned = OwnedEvent(event)
    switch owned.type {
    case GST_EVENT_SEGMENT:
      guard let segment = owned.segment, segment.format == GST_FORMAT_TIME, segment.rate > 0 else {
        ErrorMapping.post(V2A_ERROR_FORMAT, "timed prompts need segments in time format that run forwards", on: object)
        return false
      }
      textSegment = segment
      if let position = nanoseconds(GstClockTime(segment.position)) { advanceText(to: position) }
    case GST_EVENT_GAP:
      var start: GstClockTime = 0
      var duration: GstClockTime = 0
      gst_event_parse_gap(event, &start, &duration)
      if let start = nanoseconds(start) { advanceText(to: start.addingSaturated(nanoseconds(duration) ?? 0)) }
    case GST_EVENT_EOS:
      stream.update { $0.text.track.advance(to: .max) }
    case GST_EVENT_FLUSH_STOP:
      textSegment = nil
      stream.update { $0.text.reset() }
    default: break
    }
    return true
  }

  private func advanceText(to time: Int64) {
    guard let reached = running(time, textSegment) else { return }
    stream.update { $0.text.track.advance(to: reached) }
  }

  /// Text of a buffer without markup; what is not UTF-8 is replaced.
  private func text(of buffer: UnsafeMutablePointer<GstBuffer>) -> String {
    let size = min(Int(gst_buffer_get_size(buffer)), ElementSettings.longestString)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { memory, count in
      count = Int(gst_buffer_extract(buffer, 0, memory.baseAddress, gsize(size)))
    }
    let raw = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return Markup.removed(from: raw)
  }

  /// The timed prompt in force in a window of running time. Waits until the text has got there, unless the pipeline is live or
  /// the text has ended or is late.
  func cue(in window: Range<Int64>, _ state: WorkerState) -> PromptTrack.Cue? {
    guard stream.with({ $0.text.isPresent }) else { return nil }
    func isSettled(_ s: StreamState) -> Bool {
      !s.text.isPresent || !s.text.isLinked || s.text.track.isKnown(upTo: window.upperBound) || s.text.isLate || s.live.isLive
        || s.epoch != state.epoch || s.stopping
    }
    let isFull = stream.wait(atMost: Self.longestWait) { s -> Bool? in
      isSettled(s) ? false : s.waitingFrames >= StreamState.frameLimit ? true : nil
    }
    if isFull == true { _ = stream.wait(atMost: Self.longestWaitWhenFull) { isSettled($0) ? true : nil } }
    let (cue, hasBecomeLate) = stream.with { s -> (PromptTrack.Cue?, Bool) in
      let was = s.text.isLate
      s.text.isLate = !s.live.isLive && s.text.isLinked && !s.text.track.isKnown(upTo: window.upperBound)
      s.text.track.forget(before: window.lowerBound)
      return (s.text.track.cue(in: window), s.text.isLate && !was)
    }
    if hasBecomeLate { log(GST_LEVEL_WARNING, "timed prompts are late; the sound goes on without waiting for them") }
    return cue
  }
}
