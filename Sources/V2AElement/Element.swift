import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// The element's behaviour. Threads: upstream (chain, events) reduces and queues; the worker generates; the source pad's task
/// pushes. Lock order: none is held while another is taken, nor over pushes, messages, queries or inference.
public final class Element: @unchecked Sendable {
  /// Makes the generator of a stream; tests put a quick one here.
  nonisolated(unsafe) public static var makeGenerator:
    (_ model: String?, _ settings: SoundtrackSettings) throws(EngineError) -> any SoundtrackGenerator = {
      model, settings throws(EngineError) in try VideoToAudioModel.load(folder: model).makeSoundtrack(settings)
    }

  let object: UnsafeMutablePointer<GstElement>
  let sink, src: UnsafeMutablePointer<GstPad>
  let settings = Monitor(ElementSettings())
  let stream = Monitor(StreamState())
  let worker = WorkerThread()
  /// Upstream's thread only.
  var intake = FrameIntake()
  /// Worker only (and state changes while it does not run).
  var generator: (any SoundtrackGenerator)?
  /// The task only.
  var pusher = Pusher()

  init(_ object: UnsafeMutablePointer<GstElement>, _ sink: UnsafeMutablePointer<GstPad>, _ src: UnsafeMutablePointer<GstPad>) {
    self.object = object
    self.sink = sink
    self.src = src
  }

  func log(_ level: GstDebugLevel, _ text: @autoclosure () -> String) {
    if gst_debug_get_default_threshold().rawValue >= level.rawValue || level == GST_LEVEL_WARNING {
      v2a_log(object, Int32(level.rawValue), text())
    }
  }

  // MARK: States

  /// Before the parent's change_state; false refuses the change (an error has been posted).
  func willChange(_ transition: GstStateChange) -> Bool {
    switch transition {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      let (model, wanted) = settings.with { ($0.model, $0.soundtrack) }
      do throws(EngineError) {
        generator = try Self.makeGenerator(model, wanted)
      } catch {
        ErrorMapping.post(error, on: object)
        return false
      }
      intake = FrameIntake()
      stream.update {
        $0 = StreamState()
        $0.flowing = true
      }
      guard worker.start({ [unowned self] in self.work() }) else {
        ErrorMapping.post(V2A_ERROR_FAILED, "no thread to be had for the worker", on: object)
        return false
      }
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      stream.update {
        $0.stopping = true
        $0.flowing = false
        $0.epoch += 1
      }
    default: break
    }
    return true
  }

  /// After the parent's change_state.
  func didChange(_ transition: GstStateChange) {
    guard transition == GST_STATE_CHANGE_PAUSED_TO_READY else { return }
    worker.join()
    stream.update { $0.clear() }
    generator = nil
    intake = FrameIntake()
    pusher = Pusher()
  }

  deinit { worker.join() }

  // MARK: Queues

  /// Puts work in line; waits while too many frames wait. Not OK: flushing, or what downstream said.
  func enqueue(_ work: Work) -> GstFlowReturn {
    stream.wait { s -> GstFlowReturn? in
      guard s.flowing else { return GST_FLOW_FLUSHING }
      guard s.flow == GST_FLOW_OK else { return s.flow }
      if case .frame = work {
        if s.waitingFrames >= StreamState.frameLimit { return nil }
        s.waitingFrames += 1
      }
      s.work.append(work)
      return GST_FLOW_OK
    }
  }

  /// Puts finished sound or an event in line for the task; false when it is no longer wanted.
  func emit(_ output: Output, epoch: Int) -> Bool {
    stream.wait { s -> Bool? in
      guard s.flowing, s.epoch == epoch, !s.stopping else { return false }
      // Nobody takes anything after downstream has failed.
      guard s.flow == GST_FLOW_OK else { return false }
      if case .audio = output {
        if s.waitingAudio >= StreamState.audioLimit { return nil }
        s.waitingAudio += 1
      }
      s.output.append(output)
      return true
    }
  }

  /// Marks the stream as failed: chain returns an error from now on, and downstream gets EOS after what is in line.
  func fail(epoch: Int) {
    stream.update { s in
      guard s.epoch == epoch else { return }
      if let eos = gst_event_new_eos() { s.output.append(.event(OwnedEvent(eos))) }
      s.flow = GST_FLOW_ERROR
    }
  }
}
