import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// An event on its way to the source pads; owns a reference.
final class OwnedEvent {
  let event: UnsafeMutablePointer<GstEvent>

  /// Takes over the caller's reference.
  init(_ event: UnsafeMutablePointer<GstEvent>) { self.event = event }

  deinit { gst_event_unref(event) }

  var type: GstEventType { v2a_event_type(event) }

  /// Whether it holds beyond a flush: stream-start, tags and the like.
  var survivesFlush: Bool { v2a_event_is_sticky(event) != 0 && type != GST_EVENT_SEGMENT && type != GST_EVENT_EOS }

  /// The segment of a segment event.
  var segment: GstSegment? {
    guard type == GST_EVENT_SEGMENT else { return nil }
    var pointer: UnsafePointer<GstSegment>?
    gst_event_parse_segment(event, &pointer)
    return pointer?.pointee
  }
}

/// What chain and the event function hand to the worker, in order.
enum Work {
  /// The first picture after a segment: its PTS.
  case begin(base: Int64)
  case frame(GridFrame)
  /// The pictures so far are all there are: sound must reach exactly `totalSamples`.
  case drain(totalSamples: Int64)
  case event(OwnedEvent)
}

/// What the worker hands to the source pads' tasks, in order.
enum Output {
  case event(OwnedEvent)
  /// Sound that began at PTS `base`, for the `count`-th time, is heard from sample number `first` on.
  case begin(base: Int64, count: Int, first: Int64)
  /// Interleaved stereo from sample number `first` on.
  case audio(samples: [Float], first: Int64, isSilent: Bool)
}

/// Everything that threads share, under one monitor.
struct StreamState {
  /// Grid frames that may wait for the worker: bounds memory (150 KB for a frame with colour).
  static let frameLimit = 96
  /// Pieces of sound (100 ms each) that may wait for downstream.
  static let audioLimit = 40

  var work: [Work] = []
  var waitingFrames = 0
  /// Source pads; the one that is always there first.
  var lines: [Line] = []
  /// False before activation, during a flush and after deactivation.
  var flowing = false
  var stopping = false
  /// Counts flushes: results of an earlier epoch are thrown away.
  var epoch = 0
  /// Loading the model is over, well or not.
  var isLoaded = false
  /// Set when the model fails.
  var failed = false
  /// Beginnings that chain has put in line, and where the latest of them is known to end, in samples.
  var begins = 0
  var end: (begin: Int, samples: Int64)?
  var live = LiveState()
  var lateness = Lateness()
  var text = TextState()

  /// The worker waits for frames.
  var workerWaits = false
  /// Neither worker nor tasks have anything to do.
  var isStarving: Bool {
    workerWaits && work.isEmpty
      && lines.allSatisfy { ($0.isWaiting && $0.output.isEmpty) || !$0.isActive || $0.flow != GST_FLOW_OK }
  }

  /// What downstream and the model allow.
  var flow: GstFlowReturn { failed ? GST_FLOW_ERROR : combined(lines.map(\.flow)) }

  /// Forgets sound and pictures, and of the events those that a flush ends.
  mutating func flush() {
    work.removeAll { if case .event(let event) = $0 { !event.survivesFlush } else { true } }
    waitingFrames = 0
    end = nil
    for line in lines { line.flush() }
  }

  mutating func clear() {
    work.removeAll()
    waitingFrames = 0
    end = nil
    for line in lines { line.clear() }
  }

  /// Ready for a stream; pads and latency stay.
  mutating func reset() {
    clear()
    for line in lines { line.flow = GST_FLOW_OK }
    (failed, stopping, isLoaded) = (false, false, false)
    lateness = Lateness()
    text.reset()
  }
}
