import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// A window of sound, and in live pipelines what its deadline makes of it.
extension Element {
  /// Generates the next window for all pads, or gives it up when there is no time for it.
  func nextWindow(_ generator: any SoundtrackGenerator, _ state: inout WorkerState) throws(EngineError) {
    updateLines(generator, &state)
    let wanted = prepareSettings(generator, state)
    let pts = state.pts(state.samples)
    let isCancelled = cancellation(state)
    guard let deadline = deadline(of: pts, in: state.segment) else {
      let chunks = try generator.generateVariations(timeLeft: { nil }, isCancelled: isCancelled)
      finish(chunks, wanted, pts, nil, &state)
      return
    }
    let policy = settings.with { $0.latePolicy }
    let timeLeft = { [self] () -> Double in
      guard let now = runningTime else { return 1 }
      return Double(deadline.subtractingSaturated(now).subtractingSaturated(ProcessingBudget.reserve)) * 1e-9
    }
    let before = timeLeft()
    let isHopeless = policy == V2A_LATE_SILENCE ? before < state.expected : before <= 0
    var chunks: [AudioChunk]?
    if !isHopeless {
      // A window that has missed its time by half a hop is of no use to anyone.
      let hop = Double(LatentGrid.nanoseconds(ofLatents: wanted.first?.hop ?? 24)) * 1e-9
      let slack = policy == V2A_LATE_SILENCE ? 0 : hop / 2
      do throws(EngineError) {
        chunks = try generator.generateVariations(
          timeLeft: { policy == V2A_LATE_FEWER_STEPS ? timeLeft() : nil }, isCancelled: { isCancelled() || timeLeft() < -slack })
      } catch {
        if error != .cancelled || isCancelled() { throw error }
        state.expected = max(state.expected, 1.25 * before)
      }
    }
    if let chunks {
      let report = chunks.first?.report
      if report?.steps == wanted.first?.steps { state.expected = report?.seconds ?? 0 }
      finish(chunks, wanted, pts, deadline, &state)
    } else {
      // Hope returns after a while, or one slow window would silence the rest.
      state.expected *= 0.8
      finish(try generator.skipVariations(), wanted, pts, deadline, &state)
    }
  }

  /// Delivers a window and keeps account of the time that it took.
  private func finish(
    _ chunks: [AudioChunk], _ wanted: [SoundtrackSettings], _ pts: Int64, _ deadline: Int64?, _ state: inout WorkerState
  ) {
    let now = runningTime
    let segment = state.segment
    deliver(chunks, wanted, &state)
    guard let chunk = chunks.first, let first = wanted.first else { return }
    if chunk.report.steps > 0 { account(chunk, pts, segment, now) }
    guard let now, let expected = deadline ?? promisedTime(of: pts, segment) else { return }
    let lateness = now.subtractingSaturated(expected)
    guard lateness > 0 || chunk.report.steps < first.steps else { return }
    let end = state.pts(state.samples)
    noteLate(
      chunk, wanted: first, place: WindowPlace(pts: pts, duration: end.subtractingSaturated(pts), segment: segment), by: lateness)
  }

  /// Takes the time that a window took into the latency that is promised. With `wait` it counts from when the window's pictures
  /// were there, for windows queue up.
  private func account(_ chunk: AudioChunk, _ pts: Int64, _ segment: GstSegment?, _ now: Int64?) {
    var spent = Int64(min(chunk.report.seconds, 3600) * 1e9)
    let waits = settings.with { $0.latePolicy } == V2A_LATE_WAIT
    if waits, let now, let running = running(pts, segment) {
      let structural = stream.with { $0.live.structural }
      spent = max(spent, now.subtractingSaturated(running.addingSaturated(structural)))
    }
    let (hasChanged, isLive) = stream.with { s -> (Bool, Bool) in
      let bounded = s.live.budget.bound(hop: LatentGrid.nanoseconds(ofLatents: s.live.hop), isBounded: !waits)
      return (s.live.budget.add(spent) || bounded, s.live.isLive)
    }
    if hasChanged && isLive {
      log(GST_LEVEL_INFO, "windows take up to \(spent / 1_000_000) ms: latency changes")
      postLatencyMessage()
    }
  }

  /// Running time at which a sample is due by the latency that was promised; nil when not live.
  private func promisedTime(of pts: Int64, _ segment: GstSegment?) -> Int64? {
    guard let running = running(pts, segment) else { return nil }
    return stream.with { $0.live.isLive ? running.addingSaturated($0.live.promised) : nil }
  }
}
