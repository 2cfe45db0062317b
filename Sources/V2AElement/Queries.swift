import CElement
import CGStreamer
import V2AStreaming

extension Element {
  /// Whether the query was answered here.
  func sinkQuery(_ query: UnsafeMutablePointer<GstQuery>) -> Bool {
    switch v2a_query_type(query) {
    case GST_QUERY_ALLOCATION:
      // Strides and offsets of any kind are understood; one picture is held.
      gst_query_add_allocation_meta(query, gst_video_meta_api_get_type(), nil)
      return true
    default: return false
    }
  }

  func srcQuery(_ query: UnsafeMutablePointer<GstQuery>) -> Bool {
    switch v2a_query_type(query) {
    case GST_QUERY_LATENCY: return latency(query)
    default: return false
    }
  }

  /// Upstream's latency, plus a chunk, the look-ahead and the time that a chunk takes, when upstream is live.
  private func latency(_ query: UnsafeMutablePointer<GstQuery>) -> Bool {
    guard gst_pad_peer_query(sink, query) != 0 else { return false }
    var live: gboolean = 0
    var minimum: GstClockTime = 0
    var maximum: GstClockTime = 0
    gst_query_parse_latency(query, &live, &minimum, &maximum)
    guard live != 0 else { return true }
    let hop = settings.with { $0.hop }
    // Before anything was measured: half the hop, that is half of what the machine may take.
    let processing = stream.with { $0.processing > 0 ? $0.processing : LatentGrid.nanoseconds(ofLatents: hop) / 2 }
    let own = WindowPlanner.latency(hop: hop).addingSaturated(processing)
    let least = (nanoseconds(minimum) ?? 0).addingSaturated(own)
    let most = nanoseconds(maximum).map { GstClockTime($0.addingSaturated(own)) } ?? GstClockTime.max
    gst_query_set_latency(query, 1, GstClockTime(least), most)
    return true
  }
}
