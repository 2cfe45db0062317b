import CElement
import CGStreamer

/// What the source pad's task knows.
struct Pusher {
  var channels = 0
  var discontinuous = true
}

extension Element {
  private enum Next {
    case flushing
    case item(Output)
  }

  /// One round of the source pad's task: takes the next item and pushes it.
  func loop() {
    let next = stream.wait { s -> Next? in
      guard s.flowing else { return .flushing }
      guard !s.output.isEmpty else { return nil }
      let item = s.output.removeFirst()
      if case .audio = item { s.waitingAudio -= 1 }
      return .item(item)
    }
    guard case .item(let item) = next else {
      gst_pad_pause_task(src)
      return
    }
    switch item {
    case .event(let owned):
      guard let event = owned.take() else { return }
      gst_pad_push_event(src, event)
    case .segment(let owned):
      guard let event = owned.take() else { return }
      guard negotiate() else {
        gst_event_unref(event)
        return
      }
      gst_pad_push_event(src, event)
      if let tags = v2a_soundtrack_tags(nil) { gst_pad_push_event(src, gst_event_new_tag(tags)) }
      pusher.discontinuous = true
    case .audio(let samples, let pts, let duration, let offset):
      push(samples, pts, duration, offset)
    }
  }

  /// Stereo, or mono when downstream takes nothing else.
  private func negotiate() -> Bool {
    pusher.channels = Int(v2a_negotiate_channels(src))
    guard pusher.channels > 0, let caps = v2a_audio_caps(Int32(pusher.channels)) else {
      ErrorMapping.post(V2A_ERROR_NOT_NEGOTIATED, "downstream takes no 48 kHz float audio; add audioconvert ! audioresample", on: object)
      stop(GST_FLOW_NOT_NEGOTIATED)
      return false
    }
    gst_pad_push_event(src, gst_event_new_caps(caps))
    gst_caps_unref(caps)
    return true
  }

  private func push(_ stereo: [Float], _ pts: Int64, _ duration: Int64, _ offset: Int64) {
    var samples = stereo
    if pusher.channels == 1 {
      samples = stride(from: 0, to: stereo.count - 1, by: 2).map { (stereo[$0] + stereo[$0 + 1]) / 2 }
    }
    let bytes = samples.count * MemoryLayout<Float>.stride
    guard bytes > 0, let buffer = gst_buffer_new_allocate(nil, gsize(bytes), nil) else { return }
    _ = samples.withUnsafeBytes { gst_buffer_fill(buffer, 0, $0.baseAddress, gsize(bytes)) }
    v2a_buffer_set_times(
      buffer, GstClockTime(max(0, pts)), GstClockTime(max(0, duration)), guint64(max(0, offset)), guint64(stereo.count / 2),
      pusher.discontinuous ? 1 : 0)
    pusher.discontinuous = false
    let flow = gst_pad_push(src, buffer)
    if flow != GST_FLOW_OK { stop(flow) }
  }

  /// Downstream does not go on: upstream hears of it at the next picture, and errors are posted.
  private func stop(_ flow: GstFlowReturn) {
    if flow != GST_FLOW_FLUSHING {
      stream.update { s in
        s.flow = flow
        s.output.removeAll()
        s.waitingAudio = 0
      }
      if flow == GST_FLOW_NOT_LINKED || flow.rawValue < GST_FLOW_EOS.rawValue {
        if flow != GST_FLOW_NOT_NEGOTIATED || pusher.channels > 0 { v2a_post_flow_error(object, flow) }
        gst_pad_push_event(src, gst_event_new_eos())
      }
    }
    gst_pad_pause_task(src)
  }
}
