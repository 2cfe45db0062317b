import CElement
import CGStreamer
import V2AEngine
import V2AStreaming

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
    var clock = OutputClock(base: 0)
    var epoch = stream.with { $0.epoch }
    while true {
      let known = epoch
      let task = stream.wait { s -> Task? in
        if s.stopping { return .stop }
        if s.epoch != known {
          return .restart(epoch: s.epoch)
        }
        guard s.flowing, !s.work.isEmpty else { return nil }
        let item = s.work.removeFirst()
        if case .frame = item { s.waitingFrames -= 1 }
        return .item(item)
      }
      switch task {
      case .stop: return
      case .restart(let fresh):
        epoch = fresh
        generator?.reset()
      case .item(let item):
        do throws(EngineError) {
          try perform(item, clock: &clock, epoch: epoch)
        } catch {
          if error == .cancelled { continue }
          ErrorMapping.post(error, on: object)
          fail(epoch: epoch)
        }
      }
    }
  }

  private func perform(_ item: Work, clock: inout OutputClock, epoch: Int) throws(EngineError) {
    guard let generator else { return }
    let isCancelled = { [stream] in stream.with { $0.epoch != epoch || $0.stopping } }
    switch item {
    case .begin(let base):
      generator.reset()
      clock = OutputClock(base: base)
      let wanted = settings.with { $0.soundtrack }
      if generator.settings != wanted { generator.settings = wanted }
    case .frame(let frame):
      try generator.append(frame)
      while generator.isReady {
        refreshSettings(of: generator)
        let chunk = try generator.generateNext(isCancelled: isCancelled)
        deliver(chunk, &clock, epoch)
      }
    case .drain(let total):
      refreshSettings(of: generator)
      var local = clock
      try generator.finish(totalSamples: total, isCancelled: isCancelled) { chunk in
        deliver(chunk, &local, epoch)
      }
      clock = local
    case .segment(let event): _ = emit(.segment(event), epoch: epoch)
    case .event(let event): _ = emit(.event(event), epoch: epoch)
    }
  }

  /// Prompts, guidance and steps may change while playing; hop, context and seed stay what they were at the start.
  private func refreshSettings(of generator: any SoundtrackGenerator) {
    let wanted = settings.with { $0.soundtrack }
    var now = generator.settings
    now.prompt = wanted.prompt
    now.negativePrompt = wanted.negativePrompt
    now.guidanceScale = wanted.guidanceScale
    now.steps = wanted.steps
    if now != generator.settings { generator.settings = now }
  }

  /// Sound in pieces of 100 ms to the task, and a message about the window.
  private func deliver(_ chunk: AudioChunk, _ clock: inout OutputClock, _ epoch: Int) {
    let count = chunk.samples.count / 2
    let start = clock.position
    var done = 0
    while done < count {
      let size = min(Self.piece, count - done)
      let (pts, duration, offset) = clock.advance(Int64(size))
      let samples = Array(chunk.samples[2 * done..<2 * (done + size)])
      if !emit(.audio(samples: samples, pts: pts, duration: duration, offset: offset), epoch: epoch) { return }
      done += size
    }
    let spent = Int64(min(chunk.report.seconds, 3600) * 1e9)
    let slower = stream.with { s -> Bool in
      guard spent > s.processing + 20_000_000 else { return false }
      s.processing = spent
      return true
    }
    // A live pipeline has to hear of a latency that has grown.
    if slower { gst_element_post_message(object, gst_message_new_latency(UnsafeMutableRawPointer(object).assumingMemoryBound(to: GstObject.self))) }
    let classes = chunk.report.classes.map { "\($0.index):\(Float(Int($0.probability * 1000)) / 1000)" }.joined(separator: " ")
    v2a_post_window(
      object, guint64(max(0, start)), guint64(max(0, clock.position - start)), Int32(chunk.report.steps), chunk.report.seconds,
      classes, chunk.report.prompt)
  }
}
