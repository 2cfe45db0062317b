import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

/// What the worker knows of the stream that it generates for.
struct WorkerState {
  var epoch: Int
  var segment: GstSegment?
  var base: Int64 = 0
  /// Samples delivered since `base`.
  var samples: Int64 = 0
  /// Which beginning of sound it is.
  var count = 0
  /// Pads that get sound: one a variation.
  var lines: [Line] = []
  /// Latest stream-start and segment, for pads that join later.
  var streamStart, segmentEvent: OwnedEvent?
  /// Seconds that a window with all its steps takes, by the latest.
  var expected = 0.0

  /// PTS of sample number `samples`.
  func pts(_ samples: Int64) -> Int64 { base.addingSaturated(Timeline.scale(samples, 1_000_000_000, LatentGrid.rate)) }
}

extension Element {
  /// Samples per buffer: 100 ms.
  private static let piece = 4800

  private enum Task {
    case stop
    case restart(epoch: Int)
    case item(Work)
  }

  /// The worker: turns queued frames into sound until the element stops.
  func work() {
    var state = WorkerState(epoch: stream.with { $0.epoch })
    while true {
      let known = state.epoch
      if let onStarving, stream.with({ $0.work.isEmpty && $0.flowing }) {
        stream.with { $0.workerWaits = true }
        onStarving()
      }
      let task = stream.wait { s -> Task? in
        if s.stopping { return .stop }
        if s.epoch != known {
          return .restart(epoch: s.epoch)
        }
        guard s.flowing, !s.work.isEmpty else { return nil }
        s.workerWaits = false
        let item = s.work.removeFirst()
        if case .frame = item { s.waitingFrames -= 1 }
        return .item(item)
      }
      switch task {
      case .stop: return
      case .restart(let fresh):
        state.epoch = fresh
        if stream.with({ $0.isLoaded }) { generator?.reset() }
      case .item(let item):
        // One error is enough; a flush is a new beginning.
        if stream.with({ $0.failed }) { continue }
        do throws(EngineError) {
          try perform(item, &state)
        } catch {
          if error == .cancelled { continue }
          ErrorMapping.post(error, on: object)
          fail(epoch: state.epoch)
        }
      }
    }
  }

  private func perform(_ item: Work, _ state: inout WorkerState) throws(EngineError) {
    switch item {
    case .begin(let base): begin(base, &state)
    case .frame(let frame):
      let generator = try loadedGenerator(state)
      try generator.append(isBehind(frame, state) ? GridFrame(index: frame.index, luma: frame.luma, rgb: nil) : frame)
      while generator.isReady { try nextWindow(generator, &state) }
    case .drain(let total):
      let generator = try loadedGenerator(state)
      let wanted = prepareSettings(generator, state)
      let isCancelled = cancellation(state)
      var local = state
      try generator.finishVariations(totalSamples: total, isCancelled: isCancelled) { chunks in
        deliver(chunks, wanted, &local)
      }
      state = local
    case .event(let event): pass(event, &state)
    }
  }

  /// Waits for the model. Throws `.cancelled` when nobody wants it any more, or when there is none, which fails the stream.
  private func loadedGenerator(_ state: WorkerState) throws(EngineError) -> any SoundtrackGenerator {
    let isLoaded = stream.wait { s -> Bool? in s.isLoaded || s.stopping || s.epoch != state.epoch ? s.isLoaded : nil }
    guard isLoaded else { throw .cancelled }
    guard let generator else {
      fail(epoch: state.epoch)
      throw .cancelled
    }
    return generator
  }

  /// Sound begins: decides which pads get any.
  private func begin(_ base: Int64, _ state: inout WorkerState) {
    refreshUpstreamLatency()
    checkPromptsLinked()
    let generator = stream.with({ $0.isLoaded }) ? generator : nil
    generator?.reset()
    (state.base, state.samples) = (base, 0)
    let all = lines
    let linked = all.filter { v2a_pad_leads_anywhere($0.pad) != 0 }
    state.lines = linked.isEmpty ? Array(all.prefix(1)) : linked
    // Pads that lead nowhere are not worth the computation.
    let others = all.filter { line in !state.lines.contains { $0 === line } }
    state.count = stream.update { s -> Int in
      for line in others { line.flow = GST_FLOW_NOT_LINKED }
      return s.begins - s.work.reduce(0) { if case .begin = $1 { $0 + 1 } else { $0 } }
    }
    for line in others { (line.isIntroduced, line.isAvailable) = (false, true) }
    var settings = settings.with { $0.soundtrack }
    // What the latency was counted from; a change of these takes effect when the element starts anew.
    if let own = generator?.settings { (settings.hop, settings.context) = (own.hop, own.context) }
    generator?.variations = state.lines.map { $0.settings(over: settings, cue: nil) }
    for line in state.lines {
      line.hasBegun = true
      emit(.begin(base: base, count: state.count, first: 0), to: line, epoch: state.epoch)
    }
  }

  /// What tells a computation that nobody wants it any more.
  func cancellation(_ state: WorkerState) -> () -> Bool {
    let epoch = state.epoch
    return { [stream] in stream.with { $0.epoch != epoch || $0.stopping } }
  }

  /// Whether a live frame has waited so long, over half a hop, that looking closely at it would make the sound late.
  private func isBehind(_ frame: GridFrame, _ state: WorkerState) -> Bool {
    guard frame.rgb != nil, let now = runningTime,
      let shown = running(state.base.addingSaturated(LatentGrid.time(ofFrame: frame.index)), state.segment)
    else { return false }
    let (isLive, allowed) = stream.with {
      ($0.live.isLive, $0.live.upstream.addingSaturated($0.live.interval).addingSaturated(LatentGrid.nanoseconds(ofLatents: $0.live.hop) / 2))
    }
    return isLive && now > shown.addingSaturated(allowed)
  }

  /// Sound in pieces of 100 ms to the tasks, to all pads in turn, and a message about the window of each.
  func deliver(_ chunks: [AudioChunk], _ wanted: [SoundtrackSettings], _ state: inout WorkerState) {
    guard let first = chunks.first else { return }
    let count = first.samples.count / 2
    let pts = state.pts(state.samples)
    for (line, chunk) in zip(state.lines, chunks) where !line.hasBegun {
      line.hasBegun = true
      emit(.begin(base: state.base, count: state.count, first: chunk.firstSample), to: line, epoch: state.epoch)
    }
    let longest = chunks.reduce(0) { max($0, $1.samples.count / 2) }
    for done in stride(from: 0, to: longest, by: Self.piece) {
      for (line, chunk) in zip(state.lines, chunks) where 2 * done < chunk.samples.count {
        let samples = Array(chunk.samples[2 * done..<min(2 * (done + Self.piece), chunk.samples.count)])
        let isSilent = chunk.report.steps == 0 && samples.allSatisfy { $0 == 0 }
        if !emit(.audio(samples: samples, first: chunk.firstSample + Int64(done), isSilent: isSilent), to: line, epoch: state.epoch) {
          return
        }
      }
    }
    state.samples = first.firstSample + Int64(count)
    stream.with { s in
      if first.report.steps == 0 { s.lateness.silent += Int64(count) } else { s.lateness.generated += Int64(count) }
    }
    let place = WindowPlace(pts: pts, duration: state.pts(state.samples).subtractingSaturated(pts), segment: state.segment)
    for (i, (line, chunk)) in zip(state.lines, chunks).enumerated() {
      postWindow(line, chunk, i < wanted.count ? wanted[i] : SoundtrackSettings(), place)
    }
    log(GST_LEVEL_DEBUG, "window at \(pts) ns: \(count) samples, \(first.report.steps) steps in \(first.report.seconds) s")
  }
}
