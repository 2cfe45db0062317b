import CElement
import CGStreamer
import Foundation
import Synchronization
import Testing
import V2AElement

extension ElementSuites {
  /// The real model in a live pipeline while other threads take the processor: V2A_HOG_SECONDS=120 for a long look.
  @Suite struct HogTests {
    static let seconds = max(8, Double(ProcessInfo.processInfo.environment["V2A_HOG_SECONDS"] ?? "") ?? 16)

    /// Threads that do nothing but compute, two for each core.
    final class Hog {
      private final class Flag: Sendable { let stop = Atomic(false) }
      private let flag = Flag()
      private var threads: [WorkThread] = []

      init() {
        for _ in 0..<2 * ProcessInfo.processInfo.activeProcessorCount {
          threads.append(WorkThread { [flag] in
            var x = 1.0
            while !flag.stop.load(ordering: .relaxed) { for _ in 0..<10_000 { x = (x * 1.0000001).truncatingRemainder(dividingBy: 3) } }
            if x == 0 { print(x) }
          })
        }
      }

      func stop() {
        flag.stop.store(true, ordering: .relaxed)
        threads.forEach { $0.join() }
      }
    }

    static func memory() -> Int {
      let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
      return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4 / 1024
    }

    /// Whether the process has less than `most` MiB more than `before`. Under AddressSanitizer, which keeps freed blocks and pads all
    /// others, that says nothing and is not asked.
    static func grewLess(than most: Int, since before: Int) -> Bool {
      ProcessInfo.processInfo.environment["ASAN_OPTIONS"] != nil || memory() < before + most
    }

    /// Half of the time beside the hog: no gap, no late sound, memory as before.
    @Test func besideAHog() {
      let pipeline = Pipeline(
        "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=30/1 ! v2a name=v steps=16 prompt=\"rain\" ! fakesink name=s sync=true",
        isReal: true)
      let probe = pipeline.watch("v", "src")
      let scheduler = Scheduler()
      pipeline.play()
      var steps: [Int] = [], qos = 0, warnings = 0, errors = 0
      var promises: [(from: Int, latency: UInt64)] = []
      func handle(_ message: Pipeline.Message) {
        switch message.type {
        case GST_MESSAGE_ERROR: errors += 1
        case GST_MESSAGE_WARNING: warnings += 1
        case GST_MESSAGE_QOS: qos += 1
        case GST_MESSAGE_LATENCY:
          gst_bin_recalculate_latency(pipeline.bin)
          promises.append((probe.buffers.count, pipeline.latency))
        case GST_MESSAGE_ELEMENT: message.integer("steps").map { steps.append($0) }
        default: break
        }
      }
      pipeline.run(seconds: Self.seconds / 4, handle)
      let before = Self.memory()
      let hog = Hog()
      pipeline.run(seconds: Self.seconds / 2, handle)
      hog.stop()
      let after = Self.memory()
      pipeline.run(seconds: Self.seconds / 4, handle)
      promises.append((probe.buffers.count, pipeline.latency))
      let buffers = probe.buffers
      pipeline.stop()
      let stalled = scheduler.worst()

      var gaps = 0, late: [Int64] = []
      let most = promises.map(\.latency).max() ?? 0
      for (i, b) in buffers.enumerated() {
        if i > 0, abs(Int64(buffers[i - 1].pts + buffers[i - 1].duration) - Int64(b.pts)) > 21_000 { gaps += 1 }
        // Against the latency in force when it was pushed.
        let promise = promises.last { $0.from <= i }?.latency ?? most
        late.append(b.arrived - Int64(b.pts) - Int64(promise))
      }
      let covered = Double((buffers.last.map { $0.pts + $0.duration } ?? 0) - (buffers.first?.pts ?? 0)) * 1e-9
      let silence = Double(buffers.filter(\.gap).reduce(0) { $0 + $1.duration }) * 1e-9
      print(
        "beside a hog: \(covered) s of sound in \(Self.seconds) s, \(gaps) gaps, \(silence) s of silence; promised \(promises.map { $0.latency / 1_000_000 }) ms, latest buffer \((late.max() ?? 0) / 1_000_000) ms against its promise (a thread that only sleeps was woken \(stalled / 1_000_000) ms late); steps \(steps); \(qos) QoS messages, \(warnings) warnings; memory \(before) -> \(after) MiB")
      #expect(errors == 0 && gaps == 0)
      // 20 ms are held in reserve; two threads have to be woken, worker and task.
      #expect((late.max() ?? .max) < 2 * stalled + 20_000_000)
      #expect(covered > Self.seconds - 4)
      #expect(after < before + 64)
    }
  }
}
