import CElement
import CGStreamer
import V2AStreaming

/// When a window of live sound has not come in time, the pad's task pushes silence in its place; the window's remainder
/// follows where the silence ends.
extension Element {
  /// Silence is pushed in pieces of 20 ms, so that little of the window is lost when it comes.
  private static let piece: Int64 = 960
  /// Samples in which sound fades to silence and back: 5 ms.
  private static let fade = 240

  /// Seconds that a pad's task may wait for sound until downstream misses it; nil: any time.
  func patience(_ line: Line) -> Double? {
    guard let clock = line.pusher.clock, room(line, after: clock.samples) > 0,
      let deadline = deadline(of: clock.position, in: line.pusher.segment), let now = runningTime
    else {
      // Without a clock yet, look again when the pipeline may have begun to play.
      return stream.with { $0.live.isLive } && line.pusher.clock != nil ? 0.05 : nil
    }
    return min(max(Double(deadline.subtractingSaturated(now).subtractingSaturated(Self.margin)) * 1e-9, 0), 0.05)
  }

  /// Silence leaves this much before downstream needs it.
  private static let margin: Int64 = 20_000_000

  /// Samples that the stream still has after sample number `position`, as far as is known.
  private func room(_ line: Line, after position: Int64) -> Int64 {
    guard let end = stream.with({ $0.end }), end.begin >= line.pusher.begin else { return Self.piece }
    return end.begin == line.pusher.begin ? max(0, end.samples - position) : 0
  }

  /// Pushes a piece of silence if its time has come.
  func fill(_ line: Line) {
    guard let clock = line.pusher.clock, let now = runningTime, let deadline = deadline(of: clock.position, in: line.pusher.segment),
      now >= deadline.subtractingSaturated(Self.margin)
    else { return }
    let count = Int(min(Self.piece, room(line, after: clock.samples)))
    guard count > 0 else { return }
    var samples = [Float](repeating: 0, count: 2 * count)
    let last = line.pusher.last
    let isSilent = last == (0, 0)
    if !isSilent {
      for i in 0..<min(Self.fade, count) {
        let gain = 1 - Float(i + 1) / Float(Self.fade)
        samples[2 * i] = last.0 * gain
        samples[2 * i + 1] = last.1 * gain
      }
    }
    if !line.pusher.isFilling { log(GST_LEVEL_INFO, "\(line.name): silence from \(clock.position) ns on, \(now.subtractingSaturated(deadline) / 1_000_000) ms past its time") }
    line.pusher.isFilling = true
    if !line.isVariation || lines.count == 1 { stream.with { $0.lateness.silent += Int64(count) } }
    push(samples, isSilent: isSilent, line)
  }

  /// Jumps up to this long are bridged in live pipelines.
  private static let longestBridge: Int64 = 60_000_000_000

  /// Sound begins at PTS `base`. In the middle of a live stream, silence leads there, or has gone past it already.
  /// A pad that joins later hears sample number `first` first.
  func begin(at base: Int64, count: Int, first: Int64, _ line: Line) {
    let before = line.pusher.clock
    if let before, stream.with({ $0.live.isLive }) {
      var missing = Timeline.samples(base.subtractingSaturated(before.position), rate: LatentGrid.rate)
      if missing > -2 * LatentGrid.rate && missing <= Self.longestBridge / 1_000_000_000 * LatentGrid.rate {
        while missing > 0, stream.with({ $0.flowing && line.flow == GST_FLOW_OK }) {
          let size = min(missing, 5 * Self.piece)
          push([Float](repeating: 0, count: 2 * Int(size)), isSilent: true, line)
          missing -= size
        }
        var clock = OutputClock(base: base)
        _ = clock.advance(max(0, -missing))
        line.pusher.clock = clock
        line.pusher.begin = count
        line.pusher.isFilling = true
        return
      }
    }
    if before != nil { line.pusher.discontinuous = true }
    var clock = OutputClock(base: base)
    _ = clock.advance(max(0, first))
    line.pusher.clock = clock
    line.pusher.begin = count
    line.pusher.isFilling = false
  }

  /// Pushes sound from sample number `first` on, less what silence has stood for already.
  func resume(_ stereo: [Float], first: Int64, isSilent: Bool, _ line: Line) {
    guard let clock = line.pusher.clock else { return }
    let past = clock.samples - first
    guard past < Int64(stereo.count / 2) else { return }
    var samples = past > 0 ? Array(stereo.dropFirst(2 * Int(past))) : stereo
    if line.pusher.isFilling && !isSilent {
      for i in 0..<min(Self.fade, samples.count / 2) {
        let gain = Float(i) / Float(Self.fade)
        samples[2 * i] *= gain
        samples[2 * i + 1] *= gain
      }
    }
    line.pusher.isFilling = false
    push(samples, isSilent: isSilent, line)
  }
}
