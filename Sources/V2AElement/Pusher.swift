import CElement
import CGStreamer
import V2AStreaming

/// What a source pad's task knows of its stream.
struct Pusher {
  var channels = 0
  var discontinuous = true
  var segment: GstSegment?
  /// From the first sample on; nil before sound has begun.
  var clock: OutputClock?
  /// Which beginning it was.
  var begin = 0
  /// The last sample that was pushed, left and right.
  var last: (Float, Float) = (0, 0)
  /// The latest sound was silence in place of a window that had not come.
  var isFilling = false

  mutating func flush() {
    segment = nil
    clock = nil
    isFilling = false
    discontinuous = true
  }
}

extension Element {
  private enum Next {
    case flushing
    case item(Output)
  }

  /// One round of a source pad's task: takes the next item and pushes it, or silence when the sound is late.
  func loop(_ line: Line) {
    let take = { (s: inout StreamState) -> Next? in
      guard s.flowing, line.isActive else { return .flushing }
      line.isWaiting = line.output.isEmpty
      guard !line.output.isEmpty else { return nil }
      let item = line.output.removeFirst()
      if case .audio = item { line.waitingAudio -= 1 }
      return .item(item)
    }
    if let onStarving, stream.with({ _ in
      line.isWaiting = line.output.isEmpty
      return line.isWaiting
    }) {
      onStarving()
    }
    let patience = patience(line)
    let next = patience.map { stream.wait(atMost: $0, take) } ?? stream.wait(take)
    switch next {
    case nil: fill(line)
    case .flushing?: gst_pad_pause_task(line.pad)
    case .item(.event(let owned))?: push(owned, line)
    case .item(.begin(let base, let count, let first))?: begin(at: base, count: count, first: first, line)
    case .item(.audio(let samples, let first, let isSilent))?:
      resume(samples, first: first, isSilent: isSilent, line)
    }
  }

  private func push(_ owned: OwnedEvent, _ line: Line) {
    switch owned.type {
    case GST_EVENT_STREAM_START: streamStart(owned.event, line)
    case GST_EVENT_SEGMENT:
      guard negotiate(line) else { return }
      line.pusher.segment = owned.segment
      line.pusher.clock = nil
      line.pusher.discontinuous = true
      gst_pad_push_event(line.pad, gst_event_ref(owned.event))
      if let tags = soundtrackTags(nil, line) { gst_pad_push_event(line.pad, gst_event_new_tag(tags)) }
    case GST_EVENT_TAG:
      var tags: UnsafeMutablePointer<GstTagList>?
      gst_event_parse_tag(owned.event, &tags)
      guard let ours = soundtrackTags(tags, line), let fresh = gst_event_new_tag(ours) else { return }
      gst_event_set_seqnum(fresh, gst_event_get_seqnum(owned.event))
      gst_pad_push_event(line.pad, fresh)
    default:
      if owned.type == GST_EVENT_EOS { line.pusher.clock = nil }
      gst_pad_push_event(line.pad, gst_event_ref(owned.event))
    }
  }

  /// A soundtrack is a stream of its own, in the video's group.
  private func streamStart(_ event: UnsafeMutablePointer<GstEvent>, _ line: Line) {
    var upstream: UnsafePointer<CChar>?
    gst_event_parse_stream_start(event, &upstream)
    // What gst_pad_create_stream_id makes of it, which refuses elements with two sinks.
    let name = "\(upstream.map { String(cString: $0) } ?? "")/\(line.isVariation ? line.name : "soundtrack")"
    guard let fresh = gst_event_new_stream_start(name) else { return }
    gst_event_set_seqnum(fresh, gst_event_get_seqnum(event))
    var group: guint = 0
    if gst_event_parse_group_id(event, &group) != 0 { gst_event_set_group_id(fresh, group) }
    var flags = GST_STREAM_FLAG_NONE
    gst_event_parse_stream_flags(event, &flags)
    gst_event_set_stream_flags(fresh, flags)
    gst_pad_push_event(line.pad, fresh)
  }

  /// Stereo, or mono when downstream takes nothing else.
  private func negotiate(_ line: Line) -> Bool {
    _ = gst_pad_check_reconfigure(line.pad)
    line.pusher.channels = Int(v2a_negotiate_channels(line.pad))
    guard line.pusher.channels > 0, let caps = v2a_audio_caps(Int32(line.pusher.channels)) else {
      ErrorMapping.post(V2A_ERROR_NOT_NEGOTIATED, "downstream takes no 48 kHz float audio; add audioconvert ! audioresample", on: object)
      stop(GST_FLOW_NOT_NEGOTIATED, line)
      return false
    }
    gst_pad_push_event(line.pad, gst_event_new_caps(caps))
    gst_caps_unref(caps)
    return true
  }

  /// Stereo samples that follow what was pushed. `isSilent`: nothing but zeros.
  func push(_ stereo: [Float], isSilent: Bool, _ line: Line) {
    guard stereo.count >= 2, line.pusher.clock != nil else { return }
    // Downstream was linked anew, or wants another number of channels.
    if gst_pad_check_reconfigure(line.pad) != 0, !negotiate(line) { return }
    guard var clock = line.pusher.clock else { return }
    let (pts, duration, offset) = clock.advance(Int64(stereo.count / 2))
    line.pusher.clock = clock
    line.pusher.last = (stereo[stereo.count - 2], stereo[stereo.count - 1])
    var samples = stereo
    if line.pusher.channels == 1 {
      samples = stride(from: 0, to: stereo.count - 1, by: 2).map { (stereo[$0] + stereo[$0 + 1]) / 2 }
    }
    let bytes = samples.count * MemoryLayout<Float>.stride
    guard let buffer = gst_buffer_new_allocate(nil, gsize(bytes), nil) else { return }
    _ = samples.withUnsafeBytes { gst_buffer_fill(buffer, 0, $0.baseAddress, gsize(bytes)) }
    v2a_buffer_set_times(
      buffer, GstClockTime(max(0, pts)), GstClockTime(max(0, duration)), guint64(max(0, offset)), guint64(stereo.count / 2),
      line.pusher.discontinuous ? 1 : 0, isSilent ? 1 : 0)
    line.pusher.discontinuous = false
    if var segment = line.pusher.segment {
      let reached = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, guint64(max(0, pts.addingSaturated(duration))))
      line.published.with { $0 = nanoseconds(reached) ?? $0 }
    }
    log(GST_LEVEL_LOG, "\(line.name): \(stereo.count / 2) samples at \(pts) ns\(isSilent ? ", silent" : "")")
    let flow = gst_pad_push(line.pad, buffer)
    if flow != GST_FLOW_OK { stop(flow, line) }
  }

  /// Downstream does not go on: upstream hears of it at the next picture, and errors are posted.
  private func stop(_ flow: GstFlowReturn, _ line: Line) {
    if flow != GST_FLOW_FLUSHING {
      let all = stream.update { s -> GstFlowReturn in
        line.flow = flow
        line.clear()
        return s.flow
      }
      if all == GST_FLOW_NOT_LINKED || flow.rawValue < GST_FLOW_EOS.rawValue {
        if flow != GST_FLOW_NOT_NEGOTIATED || line.pusher.channels > 0 { v2a_post_flow_error(object, flow) }
        for line in lines { gst_pad_push_event(line.pad, gst_event_new_eos()) }
      } else if flow == GST_FLOW_EOS {
        // This pad's downstream has had enough; the end that upstream sends will not get here.
        gst_pad_push_event(line.pad, gst_event_new_eos())
      }
    }
    gst_pad_pause_task(line.pad)
  }
}
