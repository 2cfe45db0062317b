import CElement
import CGStreamer
import V2AStreaming
import V2AWatermark

/// The behaviour of `v2awatermarkdetect`: listens, and posts what it hears every half second and at the end.
final class MarkFinder {
  let settings = Monitor(MarkSettings())
  private let object: UnsafeMutablePointer<GstElement>
  // Streaming thread only.
  private var channels = 2
  private var detector: WatermarkDetector?
  private var summary = WatermarkSummary()
  /// PTS of the first sample; counted from 0 when it has none.
  private var base: Int64 = 0

  init(_ object: UnsafeMutablePointer<GstElement>) { self.object = object }

  func start(channels: Int) {
    self.channels = channels == 1 ? 1 : 2
    forget()
  }

  func forget() {
    detector = nil
    summary = WatermarkSummary()
    base = 0
  }

  func listen(_ buffer: UnsafeMutablePointer<GstBuffer>) {
    let detector = self.detector ?? settings.with { WatermarkDetector(key: WatermarkKey($0.key), expected: $0.payload) }
    if self.detector == nil {
      self.detector = detector
      base = nanoseconds(v2a_buffer_pts(buffer)) ?? 0
    }
    for report in detector.append(floats(buffer), channels: channels) { hear(report) }
  }

  /// The stream has ended: the last report, and what all say together.
  func finish() {
    guard let detector else { return }
    if let report = detector.finish() { hear(report) }
    post(summary.best, payload: summary.payload, span: summary.marked ?? summary.best.start..<summary.best.end, isFinal: true)
    forget()
  }

  private func hear(_ report: WatermarkReport) {
    summary.add(report)
    post(report, payload: report.payload, span: report.start..<report.end, isFinal: false)
  }

  private func post(_ report: WatermarkReport, payload: UInt32?, span: Range<Int64>, isFinal: Bool) {
    var found = V2AFoundMark()
    found.present = report.isPresent ? 1 : 0
    found.score = Double(report.score)
    found.confidence = report.confidence
    found.has_payload = report.isPresent && payload != nil ? 1 : 0
    found.payload = guint(payload ?? 0)
    found.start = GstClockTime(max(0, time(span.lowerBound)))
    found.stop = GstClockTime(max(0, time(span.upperBound)))
    found.tempo = report.tempo
    found.pitch = report.pitch
    found.is_final = isFinal ? 1 : 0
    v2a_post_watermark(object, &found)
  }

  private func time(_ sample: Int64) -> Int64 { base.addingSaturated(Timeline.nanoseconds(sample, rate: LatentGrid.rate)) }
}

@inline(__always) private func finder(_ pointer: UnsafeMutableRawPointer?) -> MarkFinder? {
  pointer.map { Unmanaged<MarkFinder>.fromOpaque($0).takeUnretainedValue() }
}

@_cdecl("v2a_finder_new")
public func finderNew(_ element: UnsafeMutablePointer<GstElement>) -> UnsafeMutableRawPointer {
  Unmanaged.passRetained(MarkFinder(element)).toOpaque()
}

@_cdecl("v2a_finder_free") public func finderFree(_ pointer: UnsafeMutableRawPointer?) {
  if let pointer { Unmanaged<MarkFinder>.fromOpaque(pointer).release() }
}

@_cdecl("v2a_finder_set_property")
public func finderSetProperty(_ pointer: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafePointer<GValue>) {
  finder(pointer)?.settings.with { $0.set(property, value) }
}

@_cdecl("v2a_finder_get_property")
public func finderGetProperty(_ pointer: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafeMutablePointer<GValue>) {
  finder(pointer)?.settings.with { $0.get(property, value) }
}

@_cdecl("v2a_finder_start") public func finderStart(_ pointer: UnsafeMutableRawPointer?, _ channels: Int32) {
  finder(pointer)?.start(channels: Int(channels))
}

@_cdecl("v2a_finder_forget") public func finderForget(_ pointer: UnsafeMutableRawPointer?) { finder(pointer)?.forget() }

@_cdecl("v2a_finder_listen")
public func finderListen(_ pointer: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<GstBuffer>) {
  finder(pointer)?.listen(buffer)
}

@_cdecl("v2a_finder_finish") public func finderFinish(_ pointer: UnsafeMutableRawPointer?) { finder(pointer)?.finish() }
