import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// What upstream's thread knows of the stream.
struct FrameIntake {
  var reducer: PictureReducer?
  var segment: GstSegment?
  var sampler = FrameSampler()
  /// PTS of the first picture since the segment, in nanoseconds.
  var base: Int64?
  /// The picture that is shown, its format, PTS and duration.
  var held: (picture: HeldPicture, reducer: PictureReducer)?
  var lastPTS: Int64 = 0
  var lastDuration: Int64?
  var warnedBackwards = false
  /// From one picture to the next, as the latency counts it.
  var interval: Int64 = 0

  init() {}

  /// Forgets the pictures; format and segment stay.
  mutating func restart() {
    sampler = FrameSampler()
    base = nil
    held = nil
    lastPTS = 0
    lastDuration = nil
    warnedBackwards = false
  }
}

/// A GStreamer time as an optional: GST_CLOCK_TIME_NONE, and what does not fit in 63 bits, is nil.
func nanoseconds(_ time: GstClockTime) -> Int64? { Int64(exactly: time) }

extension Element {
  /// One picture from upstream. Owns `buffer`.
  func chain(_ buffer: UnsafeMutablePointer<GstBuffer>) -> GstFlowReturn {
    let picture = HeldPicture(buffer)
    let state = stream.with { ($0.flowing, $0.flow) }
    guard state.0 else { return GST_FLOW_FLUSHING }
    guard state.1 == GST_FLOW_OK else { return state.1 }
    guard let reducer = intake.reducer else {
      ErrorMapping.post(V2A_ERROR_NOT_NEGOTIATED, "a picture came before its format", on: object)
      return GST_FLOW_NOT_NEGOTIATED
    }
    guard var segment = intake.segment else {
      ErrorMapping.post(V2A_ERROR_FORMAT, "a picture came before a segment in time format", on: object)
      return GST_FLOW_ERROR
    }
    let duration = nanoseconds(v2a_buffer_duration(buffer)) ?? frameDuration(reducer.info)
    guard let pts = nanoseconds(v2a_buffer_pts(buffer)) ?? guessedPTS(segment) else {
      ErrorMapping.post(V2A_ERROR_FORMAT, "a picture has no timestamp, and no frame rate to count one from", on: object)
      return GST_FLOW_ERROR
    }
    log(GST_LEVEL_TRACE, "picture at \(pts) ns for \(duration ?? -1) ns")
    // Pictures outside the segment are not shown, so they are not heard.
    var start: guint64 = 0
    var stop: guint64 = 0
    let end = pts.addingSaturated(max(1, duration ?? 1))
    if gst_segment_clip(&segment, GST_FORMAT_TIME, guint64(pts), guint64(end), &start, &stop) == 0 { return GST_FLOW_OK }

    if v2a_buffer_is_gap(buffer) != 0 && gst_buffer_get_size(buffer) == 0 {
      // A picture that upstream could not get: the one before stays on.
      return hold(from: pts, for: duration)
    }
    if let flow = resynchronise(buffer, pts), flow != GST_FLOW_OK { return flow }
    guard let base = intake.base else {
      // A picture that is shown already when the segment begins is heard from there on.
      let begin = nanoseconds(GstClockTime(start)) ?? pts
      intake.base = begin
      hold(picture, reducer, begin, duration.map { max(1, $0.subtractingSaturated(begin.subtractingSaturated(pts))) })
      return enqueue(.begin(base: begin))
    }
    if pts < intake.lastPTS {
      if !intake.warnedBackwards {
        intake.warnedBackwards = true
        v2a_post_warning(object, "timestamps jump back from \(intake.lastPTS) to \(pts) ns: these pictures stay unheard")
      }
      return GST_FLOW_OK
    }
    let flow = show(until: pts.subtractingSaturated(base))
    hold(picture, reducer, pts, duration)
    return flow
  }

  /// Jumps of the timestamps that are marked as discontinuities are followed when they are longer than this; shorter holes are
  /// bridged by the picture before.
  private static let longestBridge: Int64 = 2_000_000_000

  /// After a discontinuity sound begins anew: the old one is finished, and a hole is announced as a gap. nil: nothing to do.
  private func resynchronise(_ buffer: UnsafeMutablePointer<GstBuffer>, _ pts: Int64) -> GstFlowReturn? {
    guard let base = intake.base, v2a_buffer_is_discont(buffer) != 0 else { return nil }
    let expected = intake.lastPTS.addingSaturated(intake.lastDuration ?? 0)
    let jump = pts.subtractingSaturated(expected)
    guard jump > Self.longestBridge || pts < base || jump < -Self.longestBridge else { return nil }
    let flow = drain()
    // In live pipelines silence leads over the hole.
    guard flow == GST_FLOW_OK, jump > 0, !stream.with({ $0.live.isLive }), let gap = gst_event_new_gap(GstClockTime(max(0, expected)), GstClockTime(jump)) else {
      return flow
    }
    return enqueue(.event(OwnedEvent(gap)))
  }

  /// The picture that is held stays on from `pts` for `duration`.
  func hold(from pts: Int64, for duration: Int64?) -> GstFlowReturn {
    guard let base = intake.base, intake.held != nil, pts >= intake.lastPTS else { return GST_FLOW_OK }
    let length = duration ?? 0
    intake.lastPTS = pts
    intake.lastDuration = length
    return show(until: pts.addingSaturated(length).subtractingSaturated(base))
  }

  private func hold(_ picture: HeldPicture, _ reducer: PictureReducer, _ pts: Int64, _ duration: Int64?) {
    // Without a duration the picture is taken to last as long as the one before.
    let interval = intake.held == nil ? nil : pts.subtractingSaturated(intake.lastPTS)
    intake.held = (picture, reducer)
    noteInterval(duration ?? interval)
    intake.lastPTS = pts
    intake.lastDuration = duration ?? interval.flatMap { $0 > 0 ? $0 : nil } ?? intake.lastDuration
  }

  /// The time to the next picture counts towards latency.
  private func noteInterval(_ interval: Int64?) {
    guard let interval, interval > 0, interval <= Timeline.nanosecondsPerSecond, intake.interval != interval else { return }
    intake.interval = interval
    stream.with { $0.live.interval = interval }
  }

  /// The picture that is held is shown until `time` after the first: its grid frames go to the worker.
  private func show(until time: Int64) -> GstFlowReturn {
    guard let held = intake.held else { return GST_FLOW_OK }
    let indices = intake.sampler.advance(to: time)
    if indices.isEmpty { return GST_FLOW_OK }
    let every = LatentGrid.semanticInterval
    let wantsColour = indices.count >= every || indices.contains { $0 % every == 0 }
    guard let reduced = held.reducer.reduce(held.picture, colour: wantsColour) else {
      ErrorMapping.post(V2A_ERROR_FORMAT, "a buffer does not hold a picture of its format", on: object)
      return GST_FLOW_ERROR
    }
    for index in indices {
      let isLookedAt = index % every == 0
      let frame = GridFrame(index: index, luma: reduced.luma, rgb: isLookedAt ? reduced.rgb : nil, whole: isLookedAt ? reduced.whole : nil)
      let flow = enqueue(.frame(frame))
      if flow != GST_FLOW_OK { return flow }
    }
    return GST_FLOW_OK
  }

  /// The stream of pictures ends here: shows the last one for its duration and asks for all the sound.
  func drain() -> GstFlowReturn {
    defer { intake.restart() }
    guard let base = intake.base, let held = intake.held else { return GST_FLOW_OK }
    var end = intake.lastPTS.addingSaturated(intake.lastDuration ?? frameDuration(held.reducer.info) ?? 40_000_000)
    if let stop = intake.segment.flatMap({ nanoseconds($0.stop) }) { end = min(end, max(stop, base)) }
    let length = end.subtractingSaturated(base)
    let flow = show(until: length)
    if flow != GST_FLOW_OK { return flow }
    return enqueue(.drain(totalSamples: Timeline.samples(length, rate: LatentGrid.rate)))
  }

  /// 1 / frame rate, when caps tell it and it is not absurd.
  private func frameDuration(_ info: GstVideoInfo) -> Int64? {
    guard info.fps_n > 0, info.fps_d > 0 else { return nil }
    let duration = Timeline.scale(Int64(info.fps_d), Timeline.nanosecondsPerSecond, Int64(info.fps_n))
    return duration > 0 && duration <= 60 * Timeline.nanosecondsPerSecond ? duration : nil
  }

  /// Where a picture without PTS belongs: at the segment's start, or after the one before.
  private func guessedPTS(_ segment: GstSegment) -> Int64? {
    guard intake.base != nil else { return nanoseconds(segment.start) ?? 0 }
    return intake.lastDuration.map { intake.lastPTS.addingSaturated($0) }
  }

  /// New caps: the picture that is held keeps its old converter.
  func setCaps(_ caps: UnsafeMutablePointer<GstCaps>) -> Bool {
    var info = GstVideoInfo()
    guard gst_video_info_from_caps(&info, caps) != 0, info.width > 0, info.height > 0,
      let reducer = PictureReducer(info)
    else {
      ErrorMapping.post(V2A_ERROR_NOT_NEGOTIATED, "pictures of this format cannot be converted", on: object)
      return false
    }
    intake.reducer = reducer
    return true
  }
}
