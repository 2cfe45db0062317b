import CElement
import CGStreamer
import V2AStreaming

extension Element {
  /// An event from upstream. Owns `event`.
  func sinkEvent(_ event: UnsafeMutablePointer<GstEvent>) -> Bool {
    switch v2a_event_type(event) {
    case GST_EVENT_FLUSH_START:
      stream.update {
        $0.flowing = false
        $0.epoch += 1
      }
      let pushed = pushToAll(event)
      for line in lines { gst_pad_pause_task(line.pad) }
      return pushed
    case GST_EVENT_FLUSH_STOP:
      intake.restart()
      intake.segment = nil
      stream.update {
        $0.flush()
        $0.epoch += 1
        $0.failed = false
        for line in $0.lines { line.flow = GST_FLOW_OK }
        $0.flowing = !$0.stopping
      }
      let pushed = pushToAll(event)
      for line in lines {
        line.pusher.flush()
        line.startTask()
      }
      return pushed
    case GST_EVENT_CAPS:
      defer { gst_event_unref(event) }
      var caps: UnsafeMutablePointer<GstCaps>?
      gst_event_parse_caps(event, &caps)
      return caps.map { setCaps($0) } ?? false
    case GST_EVENT_SEGMENT: return newSegment(OwnedEvent(event))
    case GST_EVENT_EOS:
      let owned = OwnedEvent(event)
      let flow = drain()
      guard flow == GST_FLOW_OK || flow == GST_FLOW_EOS else { return false }
      return enqueue(.event(owned)) == GST_FLOW_OK
    case GST_EVENT_SEGMENT_DONE:
      let owned = OwnedEvent(event)
      _ = drain()
      return enqueue(.event(owned)) == GST_FLOW_OK
    case GST_EVENT_GAP:
      let owned = OwnedEvent(event)
      return gap(owned)
    case GST_EVENT_STREAM_START:
      let owned = OwnedEvent(event)
      // The sound of the stream before ends before the next one begins.
      if intake.base != nil, drain() != GST_FLOW_OK { return false }
      return enqueue(.event(owned)) == GST_FLOW_OK
    default:
      if v2a_event_is_serialized(event) != 0 { return enqueue(.event(OwnedEvent(event))) == GST_FLOW_OK }
      return pushToAll(event)
    }
  }

  /// Pushes an event on every source pad at once. Owns `event`.
  private func pushToAll(_ event: UnsafeMutablePointer<GstEvent>) -> Bool {
    defer { gst_event_unref(event) }
    var any = false
    for line in lines where gst_pad_push_event(line.pad, gst_event_ref(event)) != 0 { any = true }
    return any
  }

  /// A segment ends what came before: all its sound first.
  private func newSegment(_ owned: OwnedEvent) -> Bool {
    guard let segment = owned.segment, segment.format == GST_FORMAT_TIME else {
      ErrorMapping.post(V2A_ERROR_FORMAT, "only segments in time format have sound", on: object)
      return false
    }
    guard segment.rate > 0 else {
      ErrorMapping.post(V2A_ERROR_FORMAT, Self.noBackwards, on: object)
      return false
    }
    if intake.base != nil, drain() != GST_FLOW_OK { return false }
    intake.segment = segment
    return enqueue(.event(owned)) == GST_FLOW_OK
  }

  private static let noBackwards = "sound cannot be made for video that plays backwards; seek with a rate above 0"

  /// No pictures for a while: the one before stays on. Before the first picture there is no sound.
  private func gap(_ owned: OwnedEvent) -> Bool {
    var start: GstClockTime = 0
    var duration: GstClockTime = 0
    gst_event_parse_gap(owned.event, &start, &duration)
    guard intake.base != nil, let pts = nanoseconds(start) else { return enqueue(.event(owned)) == GST_FLOW_OK }
    return hold(from: pts, for: nanoseconds(duration)) == GST_FLOW_OK
  }

  /// An event from downstream. Owns `event`.
  func srcEvent(_ event: UnsafeMutablePointer<GstEvent>, on pad: UnsafeMutablePointer<GstPad>) -> Bool {
    switch v2a_event_type(event) {
    case GST_EVENT_SEEK:
      let number = gst_event_get_seqnum(event)
      // Every sink of a pipeline sends the same seek.
      let isNew = lastSeek.with { last -> Bool in
        defer { last = number }
        return last != number
      }
      guard isNew else {
        gst_event_unref(event)
        return true
      }
      var rate = 1.0
      var flags = GST_SEEK_FLAG_NONE
      gst_event_parse_seek(event, &rate, nil, &flags, nil, nil, nil, nil)
      guard rate > 0 else {
        gst_event_unref(event)
        v2a_post_warning(object, Self.noBackwards)
        return false
      }
      // Cues of the old place must not be taken for those of the new before the text's own flush has come.
      if flags.rawValue & GST_SEEK_FLAG_FLUSH.rawValue != 0 { stream.update { $0.text.reset() } }
    case GST_EVENT_QOS:
      // Late sound is no reason to leave out pictures.
      gst_event_unref(event)
      return true
    default: break
    }
    return gst_pad_event_default(pad, UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self), event) != 0
  }
}
