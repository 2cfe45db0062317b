import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// What has been left out so far because there was no time for it; under the stream's monitor.
struct Lateness {
  /// Samples generated, and samples of silence in place of sound.
  var generated: Int64 = 0
  var silent: Int64 = 0
  /// Running time of the last warning.
  var warned: Int64?
}

extension Element {
  /// Warnings are at least this far apart.
  private static let warningInterval: Int64 = 10_000_000_000

  /// A window had fewer steps than were asked for, was given up (0 steps) or came late: a QoS message for applications and,
  /// now and then, a warning for people.
  func noteLate(_ chunk: AudioChunk, wanted: SoundtrackSettings, place: WindowPlace, by lateness: Int64) {
    let steps = chunk.report.steps
    let (generated, silent) = stream.with { ($0.lateness.generated, $0.lateness.silent) }
    if let message = gst_message_new_qos(
      UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self), 1, place.running, place.streamTime, place.pts,
      place.duration)
    {
      let quality = gint(1_000_000 * min(1, Double(steps) / Double(max(1, wanted.steps))))
      let hop = Double(LatentGrid.nanoseconds(ofLatents: wanted.hop)) * 1e-9
      gst_message_set_qos_values(message, gint64(lateness), chunk.report.seconds / hop, quality)
      gst_message_set_qos_stats(message, GST_FORMAT_DEFAULT, guint64(generated), guint64(silent))
      gst_element_post_message(object, message)
    }
    guard let now = runningTime else { return }
    let isDue = stream.with { s -> Bool in
      if let last = s.lateness.warned, now.subtractingSaturated(last) < Self.warningInterval { return false }
      s.lateness.warned = now
      return true
    }
    guard isDue else { return }
    let seconds = { (ns: Int64) in "\(Double(ns / 1_000_000) / 1000) s" }
    let outcome =
      steps == 0 ? "there is silence instead" : steps < wanted.steps ? "\(steps) of \(wanted.steps) steps were taken" : "it comes late"
    let advice = wanted.guidanceScale == 1 ? "lower steps" : "lower steps, set guidance-scale=1 (half the work)"
    v2a_post_slow_warning(
      object,
      "This machine is too slow for live sound with these settings: \(outcome). To change that, \(advice), or raise hop, which gives each window more time at more latency.",
      "window at \(place.pts) ns took \(chunk.report.seconds) s and would be \(seconds(lateness)) late; promised latency \(seconds(stream.with { $0.live.promised }))")
  }
}

/// Where a window lies, in the times that messages carry; GST_CLOCK_TIME_NONE when unknown.
struct WindowPlace {
  var pts, duration, running, streamTime: guint64

  init(pts: Int64, duration: Int64, segment: GstSegment?) {
    self.pts = guint64(max(0, pts))
    self.duration = guint64(max(0, duration))
    (running, streamTime) = (.max, .max)
    guard var segment else { return }
    running = guint64(gst_segment_to_running_time(&segment, GST_FORMAT_TIME, self.pts))
    streamTime = guint64(gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, self.pts))
  }
}
