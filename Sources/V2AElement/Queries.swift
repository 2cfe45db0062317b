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

  /// Whether the query was answered; nil: it is not ours.
  func srcQuery(_ query: UnsafeMutablePointer<GstQuery>, on pad: UnsafeMutablePointer<GstPad>) -> Bool? {
    switch v2a_query_type(query) {
    case GST_QUERY_LATENCY: return latency(query)
    // Before there is sound, upstream's position is as good.
    case GST_QUERY_POSITION: return position(query, pad) ? true : nil
    default: return nil
    }
  }

  /// Upstream's latency, plus a window, the look-ahead and the time that a window takes, when upstream is live.
  private func latency(_ query: UnsafeMutablePointer<GstQuery>) -> Bool {
    guard gst_pad_peer_query(sink, query) != 0 else { return false }
    let upstream = noteUpstreamLatency(query)
    guard upstream.isLive else { return true }
    let (promised, own) = stream.with { ($0.live.promised, $0.live.promised.subtractingSaturated($0.live.upstream)) }
    // Chain waits only when this much has come on top.
    let room = LatentGrid.nanoseconds(ofLatents: StreamState.frameLimit)
    let most = upstream.most.map { GstClockTime($0.addingSaturated(own).addingSaturated(room)) } ?? GstClockTime.max
    gst_query_set_latency(query, 1, GstClockTime(promised), most)
    log(GST_LEVEL_DEBUG, "latency \(promised / 1_000_000) ms, of which our own \(own / 1_000_000) ms")
    return true
  }

  /// Stream time of what was pushed last; upstream is a window ahead of it.
  private func position(_ query: UnsafeMutablePointer<GstQuery>, _ pad: UnsafeMutablePointer<GstPad>) -> Bool {
    var format = GST_FORMAT_UNDEFINED
    gst_query_parse_position(query, &format, nil)
    guard format == GST_FORMAT_TIME, let position = lines.first(where: { $0.pad == pad })?.published.with({ $0 }) else {
      return false
    }
    gst_query_set_position(query, GST_FORMAT_TIME, gint64(position))
    return true
  }
}
