import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// Pads that come and go while the stream runs. The worker only.
extension Element {
  /// Passes a serialized event on to all pads, after what those that are new have missed.
  func pass(_ event: OwnedEvent, _ state: inout WorkerState) {
    let isStart = event.type == GST_EVENT_STREAM_START
    for line in lines {
      if isStart { line.isIntroduced = true } else { introduce(line, state) }
      if !emit(.event(event), to: line, epoch: state.epoch) { line.isIntroduced = false }
    }
    if isStart {
      state.streamStart = event
      state.segmentEvent = nil
    }
    if let segment = event.segment {
      state.segment = segment
      state.segmentEvent = event
    }
  }

  /// Tells a pad of the stream and the segment, once; caps and tags go with the segment. Not before it is active.
  private func introduce(_ line: Line, _ state: WorkerState) {
    guard !line.isIntroduced, stream.with({ _ in line.isActive && line.flow == GST_FLOW_OK }) else { return }
    line.isIntroduced = true
    for event in [state.streamStart, state.segmentEvent] {
      if let event, !emit(.event(event), to: line, epoch: state.epoch) { line.isIntroduced = false }
    }
  }

  /// Before a window: pads whose downstream has gone cost nothing any more, and pads that have been linked since join.
  func updateLines(_ generator: any SoundtrackGenerator, _ state: inout WorkerState) {
    let all = lines
    for (i, line) in state.lines.enumerated().reversed() where state.lines.count > 1 {
      if stream.with({ _ in line.flow == GST_FLOW_OK }), all.contains(where: { $0 === line }) { continue }
      generator.removeVariation(i)
      state.lines.remove(at: i)
      (line.isIntroduced, line.hasBegun, line.isAvailable) = (false, false, false)
    }
    for line in all where !state.lines.contains(where: { $0 === line }) {
      guard v2a_pad_leads_anywhere(line.pad) != 0 else {
        line.isAvailable = true
        continue
      }
      let isActive = stream.with { _ -> Bool in
        if line.isActive && line.isAvailable { line.flow = GST_FLOW_OK }
        return line.isActive
      }
      guard isActive, line.isAvailable else { continue }
      line.startTask()
      introduce(line, state)
      line.hasBegun = false
      state.lines.append(line)
      log(GST_LEVEL_INFO, "\(line.name) joins at \(state.pts(state.samples)) ns")
    }
  }
}
