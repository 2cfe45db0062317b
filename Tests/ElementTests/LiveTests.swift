import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement
import V2AEngine

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// Live pipelines: latency, late policies, silence in time. With the test clock, and as whole pipelines in real time.
  @Suite struct LiveTests {
    static let second: UInt64 = 1_000_000_000

    /// What a live pipeline with a fake source does in some seconds, with windows that take `delay` ms.
    struct Outcome {
      var buffers: [(pts: UInt64, duration: UInt64, arrived: Int64, gap: Bool)] = []
      var latencies: [UInt64] = []
      var qos = 0, warnings: [String] = [], errors = 0, windows: [Int] = []
      /// How late the machine woke a thread that only sleeps.
      var stalled: Int64 = 0

      var gaps: Int {
        zip(buffers, buffers.dropFirst()).count { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) > 20 }
      }
      var silent: Int { buffers.count(where: \.gap) }
      /// How late the latest buffer came, against the latency that had been promised last; nanoseconds.
      func worst(_ latency: UInt64) -> Int64 { buffers.map { $0.arrived - Int64($0.pts) - Int64(latency) }.max() ?? 0 }
    }

    /// videotestsrc is-live ! v2a ! fakesink; buffers are looked at as they leave v2a.
    static func run(policy: Int32, delay: UInt32, seconds: Double, hop: UInt64 = 512_000_000) -> Outcome {
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=\(hop) ! fakesink name=s sync=true")
      setEnum(pipeline["v"], "late-policy", policy)
      TestGenerator.delay = delay
      var out = Outcome()
      let probe = pipeline.watch("v", "src")
      let scheduler = Scheduler()
      pipeline.play()
      var last: UInt64 = 0
      pipeline.run(seconds: seconds) { message in
        switch message.type {
        case GST_MESSAGE_QOS: out.qos += 1
        case GST_MESSAGE_WARNING: out.warnings.append(message.text)
        case GST_MESSAGE_ERROR: out.errors += 1
        case GST_MESSAGE_LATENCY:
          gst_bin_recalculate_latency(pipeline.bin)
          last = pipeline.latency
          out.latencies.append(last)
        case GST_MESSAGE_ELEMENT: if let steps = message.integer("steps") { out.windows.append(steps) }
        default: break
        }
      }
      out.latencies.append(pipeline.latency)
      out.buffers = probe.buffers
      pipeline.stop()
      out.stalled = scheduler.worst()
      return out
    }

    static let fewerSteps: Int32 = 0, silence: Int32 = 1, wait: Int32 = 2

    /// A machine that keeps up: everything at full steps, in time, nothing said.
    @Test func keepsUp() {
      let out = Self.run(policy: Self.fewerSteps, delay: 60, seconds: 4)
      #expect(out.errors == 0 && out.gaps == 0 && out.windows.count >= 4)
      // Only on a machine that can keep up.
      if out.stalled < 40_000_000 {
        #expect(out.warnings.isEmpty && out.qos == 0 && out.silent == 0 && out.windows.allSatisfy { $0 == 8 })
      }
      #expect(out.buffers.count > 20 && out.worst(out.latencies.last ?? 0) < 2 * out.stalled)
    }

    /// The latency that is reported is upstream's, a hop, the look-ahead and three eighths of a hop until computing has been measured; then
    /// what was measured, and the pipeline hears of it.
    @Test func latencyIsMeasured() {
      let harness = Harness()
      gst_harness_set_live(harness.h, 1)
      gst_harness_set_upstream_latency(harness.h, 20_000_000)
      TestGenerator.delay = 30
      // 12 latents; 5.5 of look-ahead, and a picture.
      let structural: UInt64 = 20_000_000 + 17_500 * 2048 * 1_000_000 / 48_000 + 33_333_333
      let before = UInt64(gst_harness_query_latency(harness.h))
      harness.push(pts: 0)
      let first = UInt64(gst_harness_query_latency(harness.h))
      #expect(abs(Int64(first) - Int64(structural + 192_000_000)) < 2_000_000 && abs(Int64(before) - Int64(first)) < 10_000_000)
      let bus = gst_bus_new()!
      gst_element_set_bus(harness.element, bus)
      for i in 1..<180 { harness.push(pts: UInt64(i) * 33_333_333) }
      let message = gst_bus_timed_pop_filtered(bus, 5 * guint64(Self.second), GST_MESSAGE_LATENCY)
      #expect(message != nil)
      if let message { gst_message_unref(message) }
      let after = Int64(UInt64(gst_harness_query_latency(harness.h))) - Int64(structural)
      print("processing promised: 192 ms before, \(after / 1_000_000) ms after windows of 30 ms were measured")
      #expect(after > 30_000_000 && after < 120_000_000)
      gst_element_set_bus(harness.element, nil)
      gst_object_unref(bus)
      withExtendedLifetime(harness) {}
    }

    /// Not live upstream: the latency stays upstream's.
    @Test func notLiveStaysNotLive() {
      let pipeline = Pipeline("videotestsrc num-buffers=60 ! video/x-raw,width=64,height=64 ! v2a name=v ! fakesink")
      pipeline.play()
      pipeline.run(seconds: 5) { _ in }
      #expect(pipeline.latency == 0)
      pipeline.stop()
    }

    /// Three times too slow: fewer steps, in time, without a gap, and said so.
    @Test func fewerSteps() {
      let out = Self.run(policy: Self.fewerSteps, delay: 1500, seconds: 6)
      print("fewer-steps: windows of \(out.windows) steps, \(out.silent) of \(out.buffers.count) buffers silent, gaps \(out.gaps), latest \(out.worst(out.latencies.last ?? 0) / 1_000_000) ms")
      #expect(out.errors == 0 && out.gaps == 0)
      #expect(out.windows.count { $0 > 0 && $0 < 8 } > out.windows.count / 2)
      #expect(out.qos > 2 && out.warnings.count == 1 && out.warnings.allSatisfy { $0.contains("raise hop") })
      #expect(out.worst(out.latencies.max() ?? 0) < 15_000_000 + 2 * out.stalled)
    }

    /// Far too slow for policy silence: silence in time, without a gap.
    @Test func silence() {
      let out = Self.run(policy: Self.silence, delay: 1500, seconds: 5)
      print("silence: windows of \(out.windows) steps, \(out.silent) of \(out.buffers.count) buffers silent, gaps \(out.gaps), latest \(out.worst(out.latencies.last ?? 0) / 1_000_000) ms")
      #expect(out.errors == 0 && out.gaps == 0 && out.silent > 10)
      #expect(out.windows.allSatisfy { $0 == 0 || $0 == 8 })
      #expect(out.qos > 2 && out.warnings.count == 1 && out.warnings.allSatisfy { $0.contains("silence") })
      #expect(out.worst(out.latencies.max() ?? 0) < 15_000_000 + 2 * out.stalled)
    }

    /// Policy wait: full steps, no gap, and the latency that is reported grows.
    @Test func waits() {
      let out = Self.run(policy: Self.wait, delay: 450, seconds: 5)
      print("wait: latencies \(out.latencies.map { $0 / 1_000_000 }) ms, windows of \(out.windows) steps")
      #expect(out.errors == 0 && out.gaps == 0 && out.silent == 0)
      #expect(out.windows.allSatisfy { $0 == 8 })
      #expect(out.latencies.count >= 2 && (out.latencies.last ?? 0) > 1_150_000_000)
      #expect(out.worst(out.latencies.last ?? 0) < 15_000_000 + 2 * out.stalled)
    }

    /// A model that takes three seconds to load: silence on time until then, and sound afterwards.
    @Test func slowLoading() {
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink sync=true")
      TestGenerator.take(microseconds: 3_000_000)
      let probe = pipeline.watch("v", "src")
      let scheduler = Scheduler()
      pipeline.play()
      pipeline.run(seconds: 2) { _ in }
      // Before it is measured that windows take no time at all.
      let latency = pipeline.latency
      pipeline.run(seconds: 4) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } }
      var out = Outcome()
      out.buffers = probe.buffers
      pipeline.stop()
      out.stalled = scheduler.worst()
      print("model loaded after 3 s: \(out.silent) of \(out.buffers.count) buffers silent, gaps \(out.gaps), latest \(out.worst(latency) / 1_000_000) ms")
      #expect(out.gaps == 0 && out.buffers.first?.gap == true && out.buffers.last?.gap == false && out.silent > 50)
      #expect(out.worst(latency) < 15_000_000 + 2 * out.stalled)
    }

    /// The source stops sending pictures and goes on later: the sound flows on time all the while.
    @Test func stalledSource() {
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 ! valve name=valve ! v2a name=v hop=341000000 ! fakesink sync=true")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      pipeline.run(seconds: 2) { _ in }
      setBoolean(pipeline["valve"], "drop", true)
      pipeline.run(seconds: 2) { _ in }
      let during = probe.buffers.count
      setBoolean(pipeline["valve"], "drop", false)
      pipeline.run(seconds: 2) { _ in }
      var out = Outcome()
      out.buffers = probe.buffers
      pipeline.stop()
      #expect(during > 40 && out.gaps == 0 && out.silent > 20)
      let end = out.buffers.last.map { $0.pts + $0.duration } ?? 0
      #expect(end > 4 * Self.second)
    }
  }
}
