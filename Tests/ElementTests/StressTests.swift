import CElement
import CGStreamer
import CGstCheck
import Foundation
import Testing
import V2AElement
import V2AEngine

extension ElementSuites {
  /// Bounded stress: states, seeks, errors and slow sinks at random moments, with figures.
  @Suite struct StressTests {
    static let everything =
      "videotestsrc ! video/x-raw,width=32,height=32,framerate=30/1 ! v2a name=v hop=341000000  v.src ! fakesink name=s  v.src_0 ! queue ! fakesink  v.src_1 ! identity sleep-time=500 ! fakesink"

    /// Small, quick, and the same every time.
    struct Random {
      var state: UInt64
      mutating func next(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
      }
    }

    static func milliseconds(_ body: () -> Void) -> Double {
      let begun = ContinuousClock.now
      body()
      return (ContinuousClock.now - begun) / .milliseconds(1)
    }

    /// 1,000 state changes at random moments of one pipeline: back and forth, with work under way.
    @Test func stateCycles() {
      let pipeline = Pipeline(Self.everything)
      TestGenerator.delay = 5
      var random = Random(state: 1), worst = 0.0, threads = 0
      let before = HogTests.memory()
      let states = [GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PLAYING]
      let all = Self.milliseconds {
        for i in 0..<1000 {
          worst = max(worst, Self.milliseconds { _ = gst_element_set_state(pipeline.element, states[random.next(states.count)]) })
          usleep(UInt32(random.next(9_000)))
          if i == 50 { threads = Self.threads }
        }
        pipeline.stop()
      }
      print("1,000 state changes in \(all) ms, the slowest \(worst) ms; memory \(before) -> \(HogTests.memory()) MiB")
      #expect(worst < 1000)
      #expect(HogTests.grewLess(than: 48, since: before))
      #expect(Self.threads <= threads + 8)
    }

    static var threads: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0 }

    /// 500 flushing seeks while it plays into sinks of different speed.
    @Test func seeks() {
      let pipeline = Pipeline(Self.everything)
      TestGenerator.delay = 4
      pipeline.play()
      #expect(pipeline.settle())
      var random = Random(state: 2), worst = 0.0, refused = 0
      let all = Self.milliseconds {
        for _ in 0..<500 {
          worst = max(worst, Self.milliseconds {
            if SeekTests.seek(pipeline, flags: SeekTests.flush, from: UInt64(random.next(60)) * 1_000_000_000) == nil { refused += 1 }
          })
          usleep(UInt32(random.next(5000)))
        }
      }
      let probe = pipeline.watch("v", "src")
      // Flushes are no errors.
      pipeline.run(seconds: 0.5) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } }
      print("500 flushing seeks in \(all) ms, the slowest \(worst) ms")
      #expect(refused == 0 && worst < 1000 && !probe.buffers.isEmpty)
    }

    /// Whatever fails downstream ends the pipeline with an error soon, and it works again afterwards.
    @Test(arguments: [
      "identity error-after=7 ! fakesink",
      "filesink location=/nonexistent/x", "wavenc ! filesink location=/dev/full",
    ]) func downstreamErrors(sink: String) {
      for round in 0..<10 {
        let pipeline = Pipeline("videotestsrc num-buffers=600 ! video/x-raw,width=32,height=32,framerate=30/1 ! v2a name=v hop=341000000 ! \(sink)")
        TestGenerator.delay = UInt32(round)
        var end: GstMessageType?
        let spent = Self.milliseconds {
          pipeline.play()
          end = pipeline.run(seconds: 5) { _ in }
        }
        #expect(end == GST_MESSAGE_ERROR && spent < 3000, "\(sink): \(String(describing: end)) after \(spent) ms")
        #expect(Self.milliseconds { pipeline.stop() } < 1000)
      }
    }

    /// Sinks slower than the sound is made: everything arrives, held back and not piled up.
    @Test func slowSinks() {
      let pipeline = Pipeline(
        "videotestsrc num-buffers=900 ! video/x-raw,width=32,height=32,framerate=30/1 ! v2a name=v  v.src_0 ! identity sleep-time=10000 ! fakesink  v.src_1 ! identity sleep-time=3000 ! fakesink")
      let probe = pipeline.watch("v", "src_0")
      let before = HogTests.memory()
      pipeline.play()
      #expect(pipeline.run(seconds: 20) { _ in } == GST_MESSAGE_EOS)
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 30_000_000_000)
      print("slow sinks: memory \(before) -> \(HogTests.memory()) MiB over 30 s of sound")
      #expect(HogTests.grewLess(than: 64, since: before))
    }

    /// The process stands still for a second, as under kill -STOP, while a live pipeline plays: it goes on, on time, whole.
    @Test func processStandsStill() throws {
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=32,height=32,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink sync=true")
      let probe = pipeline.watch("v", "src")
      pipeline.play()
      pipeline.run(seconds: 1.5) { _ in }
      let child = Process()
      child.executableURL = URL(filePath: "/bin/sh")
      child.arguments = ["-c", "kill -STOP \(getpid()); sleep 1; kill -CONT \(getpid())"]
      try child.run()
      pipeline.run(seconds: 3) { if $0.type == GST_MESSAGE_LATENCY { gst_bin_recalculate_latency(pipeline.bin) } }
      child.waitUntilExit()
      let buffers = probe.buffers
      let gaps = zip(buffers, buffers.dropFirst()).count { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) > 21_000 }
      let latency = Int64(pipeline.latency)
      let late = buffers.suffix(5).map { $0.arrived - Int64($0.pts) - latency }.max() ?? .max
      print("after standing still for 1 s: \(gaps) gaps, the latest buffers \(late / 1_000_000) ms against the latency")
      #expect(gaps == 0 && late < 200_000_000)
    }
  }
}
