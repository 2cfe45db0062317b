import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// The text pad's side of the stream; under the stream's monitor.
struct TextState {
  /// Whether the pad is there.
  var isPresent = false
  var track = PromptTrack()
  /// The text did not come in time: nobody waits for it until it moves again.
  var isLate = false
  /// Chain is full: waiting for text might be waiting for the thread that brings it.
  var upstreamWaits = false
  var warnedFull = false

  /// Another stream; the pad stays.
  mutating func reset() {
    let present = isPresent
    self = TextState()
    isPresent = present
  }
}

extension Element {
  /// Longest time to wait for text that neither comes nor ends.
  private static let longestWait = 2.0

  func addPrompts(_ pad: UnsafeMutablePointer<GstPad>) -> Bool {
    stream.update { s -> Bool in
      guard !s.text.isPresent else { return false }
      s.text.isPresent = true
      return true
    }
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
      s.text.isLate = false
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
    stream.update {
      $0.text.isLate = false
      $0.text.track.advance(to: reached)
    }
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

  /// The timed prompt in force in a window of running time. Waits until the text has got there, unless the pipeline is live,
  /// the text has ended or is late, or chain is full.
  func cue(in window: Range<Int64>, _ state: WorkerState) -> PromptTrack.Cue? {
    guard stream.with({ $0.text.isPresent }) else { return nil }
    let isDone = { (s: inout StreamState) -> Bool? in
      let settled =
        !s.text.isPresent || s.text.track.isKnown(upTo: window.upperBound) || s.text.isLate || s.text.upstreamWaits || s.live.isLive
        || s.epoch != state.epoch || s.stopping
      return settled ? true : nil
    }
    if stream.wait(atMost: Self.longestWait, isDone) == nil {
      stream.with { $0.text.isLate = true }
      log(GST_LEVEL_WARNING, "timed prompts are late; the sound goes on without them")
    }
    return stream.with { s in
      s.text.track.forget(before: window.lowerBound)
      return s.text.track.cue(in: window)
    }
  }
}
