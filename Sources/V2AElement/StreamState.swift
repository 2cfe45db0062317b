import CElement
import CGStreamer
import V2AEngine

/// An event on its way to the source pad; owns its reference until it is taken.
final class OwnedEvent {
  private var event: UnsafeMutablePointer<GstEvent>?

  init(_ event: UnsafeMutablePointer<GstEvent>) { self.event = event }

  deinit { if let event { gst_event_unref(event) } }

  /// Hands the reference over, once.
  func take() -> UnsafeMutablePointer<GstEvent>? {
    defer { event = nil }
    return event
  }
}

/// What chain and the event function hand to the worker, in order.
enum Work {
  /// The first picture after a segment: its PTS.
  case begin(base: Int64)
  case frame(GridFrame)
  /// The pictures so far are all there are: sound must reach exactly `totalSamples`.
  case drain(totalSamples: Int64)
  /// A new segment, which needs caps before it.
  case segment(OwnedEvent)
  case event(OwnedEvent)
}

/// What the worker hands to the source pad's task, in order.
enum Output {
  case segment(OwnedEvent)
  case event(OwnedEvent)
  /// Interleaved stereo; pts and duration in nanoseconds; offset in samples since the first picture.
  case audio(samples: [Float], pts: Int64, duration: Int64, offset: Int64)
}

/// Everything that threads share, under one monitor.
struct StreamState {
  /// Grid frames that may wait for the worker: bounds memory (150 KB for a frame with colour).
  static let frameLimit = 96
  /// Pieces of sound (100 ms each) that may wait for downstream.
  static let audioLimit = 40

  var work: [Work] = []
  var waitingFrames = 0
  var output: [Output] = []
  var waitingAudio = 0
  /// False before activation, during a flush and after deactivation.
  var flowing = false
  var stopping = false
  /// Counts flushes: results of an earlier epoch are thrown away.
  var epoch = 0
  var workerIdle = true
  /// What downstream said to the last push.
  var flow: GstFlowReturn = GST_FLOW_OK
  /// Longest time that a chunk took, in nanoseconds.
  var processing: Int64 = 0

  mutating func clear() {
    work.removeAll()
    output.removeAll()
    waitingFrames = 0
    waitingAudio = 0
  }
}
