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
      let pushed = gst_pad_push_event(src, event) != 0
      gst_pad_pause_task(src)
      return pushed
    case GST_EVENT_FLUSH_STOP:
      intake.restart()
      intake.segment = nil
      stream.update {
        $0.clear()
        $0.epoch += 1
        $0.flow = GST_FLOW_OK
        $0.flowing = !$0.stopping
      }
      let pushed = gst_pad_push_event(src, event) != 0
      v2a_start_task(src, Unmanaged.passUnretained(self).toOpaque())
      return pushed
    case GST_EVENT_CAPS:
      defer { gst_event_unref(event) }
      var caps: UnsafeMutablePointer<GstCaps>?
      gst_event_parse_caps(event, &caps)
      return caps.map { setCaps($0) } ?? false
    case GST_EVENT_SEGMENT: return newSegment(OwnedEvent(event))
    case GST_EVENT_STREAM_START: return streamStart(event)
    case GST_EVENT_EOS:
      let owned = OwnedEvent(event)
      let flow = drain()
      guard flow == GST_FLOW_OK || flow == GST_FLOW_EOS else { return false }
      return enqueue(.event(owned)) == GST_FLOW_OK
    case GST_EVENT_SEGMENT_DONE:
      let owned = OwnedEvent(event)
      _ = drain()
      return enqueue(.event(owned)) == GST_FLOW_OK
    case GST_EVENT_TAG:
      defer { gst_event_unref(event) }
      var tags: UnsafeMutablePointer<GstTagList>?
      gst_event_parse_tag(event, &tags)
      guard let ours = v2a_soundtrack_tags(tags), let fresh = gst_event_new_tag(ours) else { return true }
      gst_event_set_seqnum(fresh, gst_event_get_seqnum(event))
      return enqueue(.event(OwnedEvent(fresh))) == GST_FLOW_OK
    case GST_EVENT_GAP:
      // The picture before stays on; the next one, or the end, says for how long.
      gst_event_unref(event)
      return true
    default:
      if v2a_event_is_serialized(event) != 0 { return enqueue(.event(OwnedEvent(event))) == GST_FLOW_OK }
      return gst_pad_push_event(src, event) != 0
    }
  }

  /// A segment ends what came before: all its sound first.
  private func newSegment(_ owned: OwnedEvent) -> Bool {
    guard let event = owned.take() else { return false }
    var pointer: UnsafePointer<GstSegment>?
    gst_event_parse_segment(event, &pointer)
    guard let segment = pointer?.pointee, segment.format == GST_FORMAT_TIME else {
      gst_event_unref(event)
      ErrorMapping.post(V2A_ERROR_FORMAT, "only segments in time format have sound", on: object)
      return false
    }
    guard segment.rate > 0 else {
      gst_event_unref(event)
      ErrorMapping.post(V2A_ERROR_FORMAT, "sound cannot be made for video that plays backwards", on: object)
      return false
    }
    let fresh = OwnedEvent(event)
    if intake.base != nil, drain() != GST_FLOW_OK { return false }
    intake.segment = segment
    return enqueue(.segment(fresh)) == GST_FLOW_OK
  }

  /// The soundtrack is a stream of its own, in the video's group.
  private func streamStart(_ event: UnsafeMutablePointer<GstEvent>) -> Bool {
    defer { gst_event_unref(event) }
    var upstream: UnsafePointer<CChar>?
    gst_event_parse_stream_start(event, &upstream)
    guard let name = gst_pad_create_stream_id(src, object, "soundtrack") else { return false }
    defer { g_free(name) }
    guard let fresh = gst_event_new_stream_start(name) else { return false }
    gst_event_set_seqnum(fresh, gst_event_get_seqnum(event))
    var group: guint = 0
    if gst_event_parse_group_id(event, &group) != 0 { gst_event_set_group_id(fresh, group) }
    var flags = GST_STREAM_FLAG_NONE
    gst_event_parse_stream_flags(event, &flags)
    gst_event_set_stream_flags(fresh, flags)
    return enqueue(.event(OwnedEvent(fresh))) == GST_FLOW_OK
  }
}
