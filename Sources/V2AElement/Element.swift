import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// The element's behaviour. Threads: upstream (chain, events) reduces and queues; the text's upstream keeps cues; the loader
/// fetches the model; the worker generates; each source pad's task pushes. Lock order: none is held while another is taken, nor over pushes, messages,
/// queries or inference.
public final class Element: @unchecked Sendable {
  /// Makes the generator of a stream; tests put a quick one here.
  nonisolated(unsafe) public static var makeGenerator:
    (_ model: String?, _ settings: SoundtrackSettings) throws(EngineError) -> any SoundtrackGenerator = {
      model, settings throws(EngineError) in try VideoToAudioModel.load(folder: model).makeSoundtrack(settings)
    }

  let object: UnsafeMutablePointer<GstElement>
  let sink: UnsafeMutablePointer<GstPad>
  let settings = Monitor(ElementSettings())
  let stream = Monitor(StreamState())
  let worker = WorkerThread(), loader = WorkerThread()
  /// Upstream's thread only.
  var intake = FrameIntake()
  /// The thread of the text's upstream only.
  var textSegment: GstSegment?
  /// The worker's once the stream's `isLoaded` is set, the loader's before; nil without a model.
  var generator: (any SoundtrackGenerator)?
  /// Called by the worker when it has nothing to do. Set by the bin around the element before anything runs.
  var onStarving: (() -> Void)?
  /// Sequence number of the last seek: each sink sends the same one.
  let lastSeek = Monitor(guint32(0))

  init(_ object: UnsafeMutablePointer<GstElement>, _ sink: UnsafeMutablePointer<GstPad>) {
    self.object = object
    self.sink = sink
  }

  func log(_ level: GstDebugLevel, _ text: @autoclosure () -> String) {
    if v2a_log_threshold() >= Int32(level.rawValue) { v2a_log(object, Int32(level.rawValue), text()) }
  }

  /// The pads of the moment.
  var lines: [Line] { stream.with { $0.lines } }

  // MARK: States

  /// Before the parent's change_state; false refuses the change (an error has been posted).
  func willChange(_ transition: GstStateChange) -> Bool {
    switch transition {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      let (wanted, policy, mark) = settings.with { ($0.soundtrack, $0.latePolicy, $0.mark) }
      intake = FrameIntake()
      stream.update {
        $0.reset()
        $0.live = LiveState()
        $0.live.hop = wanted.hop
        $0.live.marking = mark.latency
        $0.live.budget = ProcessingBudget(
          hop: LatentGrid.nanoseconds(ofLatents: wanted.hop), isBounded: policy != V2A_LATE_WAIT)
        $0.flowing = true
      }
      guard loader.start({ [unowned self] in self.loadModel() }), worker.start({ [unowned self] in self.work() }) else {
        stream.update { $0.stopping = true }
        join()
        ErrorMapping.post(V2A_ERROR_FAILED, "no threads to be had", on: object)
        return false
      }
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      stream.update { $0.live.isPlaying = false }
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
    switch transition {
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      stream.update { $0.live.isPlaying = true }
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      join()
      stream.update { $0.reset() }
      generator = nil
      intake = FrameIntake()
      textSegment = nil
      for line in lines { line.reset() }
    default: break
    }
  }

  private func join() {
    worker.join()
    loader.join()
  }

  deinit { join() }

  // MARK: Queues

  /// Puts work in line; waits while too many frames wait. Not OK: flushing, or what downstream said.
  func enqueue(_ work: Work) -> GstFlowReturn {
    stream.wait { s -> GstFlowReturn? in
      guard s.flowing else { return GST_FLOW_FLUSHING }
      guard s.flow == GST_FLOW_OK else { return s.flow }
      switch work {
      case .frame:
        if s.waitingFrames >= StreamState.frameLimit { return nil }
        s.waitingFrames += 1
      case .begin: s.begins += 1
      case .drain(let total): s.end = (s.begins, total)
      case .event: break
      }
      s.work.append(work)
      return GST_FLOW_OK
    }
  }

  /// Puts finished sound or an event in line for a pad's task; false when no pad wants anything any more.
  @discardableResult
  func emit(_ output: Output, to line: Line, epoch: Int) -> Bool {
    stream.wait { s -> Bool? in
      guard s.flowing, s.epoch == epoch, !s.stopping else { return false }
      // Nobody takes anything after downstream has failed.
      guard s.flow == GST_FLOW_OK else { return false }
      guard line.isActive, line.flow == GST_FLOW_OK else { return true }
      if case .audio = output {
        if line.waitingAudio >= StreamState.audioLimit { return nil }
        line.waitingAudio += 1
      }
      line.output.append(output)
      return true
    }
  }

  /// Marks the stream as failed: chain returns an error from now on, and downstream gets EOS after what is in line.
  func fail(epoch: Int) {
    stream.update { s in
      guard s.epoch == epoch else { return }
      if let eos = gst_event_new_eos() {
        let event = OwnedEvent(eos)
        for line in s.lines { line.output.append(.event(event)) }
      }
      s.failed = true
    }
  }
}
