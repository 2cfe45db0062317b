import CElement
import CGStreamer
import V2AStreaming

/// What is known about time in a live pipeline; under the stream's monitor.
struct LiveState {
  /// Upstream said so when it was last asked for its latency.
  var isLive = false
  var isPlaying = false
  /// Upstream's least latency, in nanoseconds.
  var upstream: Int64 = 0
  var hop = 24
  /// What the watermark holds back.
  var marking: Int64 = 0
  /// From one picture to the next.
  var interval: Int64 = 40_000_000
  var budget = ProcessingBudget(hop: 1_024_000_000, isBounded: true)

  /// Upstream's latency and everything of a window but computing it.
  var structural: Int64 { upstream.addingSaturated(WindowPlanner.latency(hop: hop, interval: interval)).addingSaturated(marking) }
  /// The latency that is promised to downstream.
  var promised: Int64 { structural.addingSaturated(budget.promised) }
}

extension Element {
  /// Running time now; nil when the pipeline is not PLAYING or has no clock.
  var runningTime: Int64? {
    guard stream.with({ $0.live.isPlaying }) else { return nil }
    return nanoseconds(gst_element_get_current_running_time(object))
  }

  /// Running time at which downstream expects the sound with this PTS; nil when nobody waits for it: not live, or waiting is
  /// what was asked for.
  func deadline(of pts: Int64, in segment: GstSegment?) -> Int64? {
    guard let running = running(pts, segment), settings.with({ $0.latePolicy }) != V2A_LATE_WAIT else { return nil }
    return stream.with { $0.live.isLive && $0.live.isPlaying ? running.addingSaturated($0.live.promised) : nil }
  }

  /// Running time of a PTS; before the segment, of the segment's start.
  func running(_ pts: Int64, _ segment: GstSegment?) -> Int64? {
    guard var segment else { return nil }
    let inside = max(guint64(max(0, pts)), segment.start)
    return nanoseconds(gst_segment_to_running_time(&segment, GST_FORMAT_TIME, inside))
  }

  /// Asks upstream whether it is live, and for its latency.
  func refreshUpstreamLatency() {
    guard let query = gst_query_new_latency() else { return }
    defer { gst_query_unref(query) }
    guard gst_pad_peer_query(sink, query) != 0 else { return }
    noteUpstreamLatency(query)
  }

  /// Keeps what upstream answered; whether it is live, and its longest latency.
  @discardableResult
  func noteUpstreamLatency(_ query: UnsafeMutablePointer<GstQuery>) -> (isLive: Bool, most: Int64?) {
    var live: gboolean = 0
    var least: GstClockTime = 0
    var most: GstClockTime = 0
    gst_query_parse_latency(query, &live, &least, &most)
    stream.with {
      $0.live.isLive = live != 0
      $0.live.upstream = nanoseconds(least) ?? 0
    }
    return (live != 0, nanoseconds(most))
  }

  /// A live pipeline has to hear of a latency that has changed.
  func postLatencyMessage() {
    gst_element_post_message(object, gst_message_new_latency(UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self)))
  }
}
