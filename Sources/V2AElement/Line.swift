import CElement
import CGStreamer

/// A source pad: what waits for its task, and what the task knows. Pads `src_%u` are variations.
final class Line {
  let pad: UnsafeMutablePointer<GstPad>
  unowned let element: Element
  let isVariation: Bool
  let name: String

  // Under the stream's monitor.
  var output: [Output] = []
  var waitingAudio = 0
  /// The task waits for something to push.
  var isWaiting = false
  /// Between activation and deactivation of the pad.
  var isActive = false
  /// What downstream said to the last push.
  var flow: GstFlowReturn = GST_FLOW_OK

  /// Stream time reached, for position queries.
  let published = Monitor<Int64?>(nil)
  /// The pad's task only.
  var pusher = Pusher()

  // The worker only.
  /// The pad has been told of the stream and the segment; a beginning of sound has been announced.
  var isIntroduced = false, hasBegun = false
  /// May join the stream once it is linked: new, or has been seen unlinked.
  var isAvailable = true

  init(_ pad: UnsafeMutablePointer<GstPad>, _ element: Element) {
    self.pad = pad
    self.element = element
    // The worker may look at a pad that has just been released.
    gst_object_ref(pad)
    isVariation = g_type_check_instance_is_a(
      UnsafeMutableRawPointer(pad).assumingMemoryBound(to: GTypeInstance.self), gst_v2a_pad_get_type()) != 0
    let characters = gst_object_get_name(UnsafeMutableRawPointer(pad).assumingMemoryBound(to: GstObject.self))
    name = characters.map { String(cString: $0) } ?? ""
    g_free(characters)
  }

  deinit { gst_object_unref(pad) }

  func startTask() { v2a_start_task(pad, Unmanaged.passUnretained(self).toOpaque()) }

  /// Ready for another stream; nothing runs.
  func reset() {
    pusher = Pusher()
    (isIntroduced, hasBegun, isAvailable) = (false, false, true)
  }

  /// Under the stream's monitor: a flush.
  func flush() {
    output.removeAll { if case .event(let event) = $0 { !event.survivesFlush } else { true } }
    waitingAudio = 0
  }

  /// Under the stream's monitor.
  func clear() {
    output.removeAll()
    waitingAudio = 0
  }
}

/// What chain tells upstream when several pads push: an error of one is an error; the rest counts when all say so.
func combined(_ flows: [GstFlowReturn]) -> GstFlowReturn {
  if let error = flows.first(where: { $0.rawValue < GST_FLOW_EOS.rawValue }) { return error }
  if flows.contains(GST_FLOW_OK) || flows.isEmpty { return GST_FLOW_OK }
  if flows.contains(GST_FLOW_EOS) { return GST_FLOW_EOS }
  return flows.contains(GST_FLOW_FLUSHING) ? GST_FLOW_OK : GST_FLOW_NOT_LINKED
}
