import CElement
import CGStreamer
import V2AStreaming
import V2AWatermark

/// The behaviour of `v2awatermark`: samples in, as many marked samples out, each with its old timestamp.
final class Marker {
  let settings = Monitor(MarkSettings())
  // Streaming thread only.
  private var channels = 2
  private var embedder: WatermarkEmbedder?
  private var clock: OutputClock?
  private var discontinuous = true

  func start(channels: Int) {
    self.channels = channels == 1 ? 1 : 2
    forget()
  }

  func forget() {
    embedder = nil
    clock = nil
    discontinuous = true
  }

  /// Marked samples that are done. Owns `buffer`.
  func take(_ buffer: UnsafeMutablePointer<GstBuffer>) -> UnsafeMutablePointer<GstBuffer>? {
    defer { gst_buffer_unref(buffer) }
    let embedder = self.embedder ?? settings.with { WatermarkEmbedder(payload: $0.payload, key: WatermarkKey($0.key)) }
    if self.embedder == nil {
      self.embedder = embedder
      clock = nanoseconds(v2a_buffer_pts(buffer)).map { OutputClock(base: $0) }
    }
    return stamped(embedder.append(floats(buffer), channels: channels))
  }

  /// What is left, when the stream ends or does not go on.
  func drain() -> UnsafeMutablePointer<GstBuffer>? {
    let rest = stamped(embedder?.finish(channels: channels) ?? [])
    forget()
    return rest
  }

  private func stamped(_ samples: [Float]) -> UnsafeMutablePointer<GstBuffer>? {
    guard let buffer = audioBuffer(samples) else { return nil }
    let count = Int64(samples.count / channels)
    if let (pts, duration, offset) = clock?.advance(count) {
      v2a_buffer_set_times(
        buffer, GstClockTime(max(0, pts)), GstClockTime(max(0, duration)), guint64(max(0, offset)), guint64(count),
        discontinuous ? 1 : 0, 0)
      discontinuous = false
    }
    return buffer
  }
}

@inline(__always) private func marker(_ pointer: UnsafeMutableRawPointer?) -> Marker? {
  pointer.map { Unmanaged<Marker>.fromOpaque($0).takeUnretainedValue() }
}

@_cdecl("v2a_marker_new") public func markerNew() -> UnsafeMutableRawPointer { Unmanaged.passRetained(Marker()).toOpaque() }

@_cdecl("v2a_marker_free") public func markerFree(_ pointer: UnsafeMutableRawPointer?) {
  if let pointer { Unmanaged<Marker>.fromOpaque(pointer).release() }
}

@_cdecl("v2a_marker_set_property")
public func markerSetProperty(_ pointer: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafePointer<GValue>) {
  marker(pointer)?.settings.with { $0.set(property, value) }
}

@_cdecl("v2a_marker_get_property")
public func markerGetProperty(_ pointer: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafeMutablePointer<GValue>) {
  marker(pointer)?.settings.with { $0.get(property, value) }
}

@_cdecl("v2a_marker_start") public func markerStart(_ pointer: UnsafeMutableRawPointer?, _ channels: Int32) {
  marker(pointer)?.start(channels: Int(channels))
}

@_cdecl("v2a_marker_forget") public func markerForget(_ pointer: UnsafeMutableRawPointer?) { marker(pointer)?.forget() }

@_cdecl("v2a_marker_take")
public func markerTake(_ pointer: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<GstBuffer>) -> UnsafeMutablePointer<GstBuffer>? {
  marker(pointer)?.take(buffer)
}

@_cdecl("v2a_marker_drain") public func markerDrain(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<GstBuffer>? {
  marker(pointer)?.drain()
}

@_cdecl("v2a_marker_identifier")
public func markerIdentifier(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<CChar>? {
  marker(pointer)?.settings.with { $0.identifier }.flatMap { g_strdup($0) }
}

@_cdecl("v2a_marker_latency") public func markerLatency() -> guint64 { guint64(MarkSettings().latency) }
