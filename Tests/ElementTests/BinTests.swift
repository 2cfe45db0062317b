import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// v2abin: video and soundtrack side by side, in arrangements that stop a plain tee.
  @Suite struct BinTests {
    static let second: UInt64 = 1_000_000_000
    static let video = "videotestsrc num-buffers=300 ! video/x-raw,width=64,height=64,framerate=30/1"

    /// Runs to the end; durations of video and sound, and the time that the queue may hold, in seconds.
    static func run(_ description: String, seconds: Double = 15) -> (end: GstMessageType?, video: UInt64, sound: UInt64, room: Double) {
      let pipeline = Pipeline(description)
      let video = pipeline.watch("b", "video_src"), sound = pipeline.watch("b", "audio_src")
      pipeline.play()
      let end = pipeline.run(seconds: seconds) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } }
      let room = Double(pipeline.queueTime("b")) * 1e-9
      return (end, video.buffers.reduce(0) { $0 + $1.duration }, sound.buffers.reduce(0) { $0 + $1.duration }, room)
    }

    static func expectWhole(_ description: String, sourceLocation: SourceLocation = #_sourceLocation) -> Double {
      let out = run(description)
      #expect(out.end == GST_MESSAGE_EOS, sourceLocation: sourceLocation)
      #expect(abs(Int64(out.video) - Int64(10 * second)) < 1000 && out.sound == 10 * second, sourceLocation: sourceLocation)
      return out.room
    }

    /// Straight into a muxer, with hops from short to long: the queue is as long as the sound's delay and a second.
    @Test(arguments: [200_000_000, 1_024_000_000, 4_000_000_000] as [UInt64]) func intoMuxer(hop: UInt64) {
      let room = Self.expectWhole(
        "\(Self.video) ! v2abin name=b hop=\(hop)  b.video_src ! matroskamux name=m ! fakesink  b.audio_src ! m.")
      print("hop \(Double(hop) * 1e-9) s: the video's queue may hold \(room) s")
      #expect(room < 1.5 * Double(hop) * 1e-9 + 1.4)
    }

    /// Queues of any size behind it, encoders that keep much, and a muxer that takes turns.
    @Test(arguments: [
      "b.video_src ! queue max-size-buffers=1 ! m.  b.audio_src ! queue max-size-buffers=1 ! m.",
      "b.video_src ! queue ! jpegenc ! m.  b.audio_src ! queue ! audioconvert ! vorbisenc ! m.",
      "b.video_src ! x264enc rc-lookahead=60 ! m.  b.audio_src ! audioconvert ! opusenc ! m.",
      "b.video_src ! x264enc tune=zerolatency ! m.  b.audio_src ! audioconvert ! opusenc ! queue max-size-time=10000000 ! m.",
    ]) func arrangements(branches: String) {
      _ = Self.expectWhole("\(Self.video) ! v2abin name=b  matroskamux name=m ! fakesink  \(branches)")
    }

    /// Sound that is collected for six seconds downstream: more than the queue holds, so it grows, and nothing stops.
    @Test func soundInLongPieces() {
      let room = Self.expectWhole(
        "\(Self.video) ! v2abin name=b  matroskamux name=m ! fakesink  b.video_src ! m.  b.audio_src ! audioconvert ! audio/x-raw,format=S16LE ! audiobuffersplit output-buffer-duration=6/1 ! m.")
      print("sound in pieces of 6 s: the video's queue may hold \(room) s")
      #expect(room > 4 && room < 12)
    }

    /// Sinks that wait for the clock, from PAUSED to PLAYING; the queue does not grow while they are paused.
    @Test func synchronisedSinks() {
      let pipeline = Pipeline("videotestsrc ! video/x-raw,width=64,height=64,framerate=30/1 ! v2abin name=b  b.video_src ! fakesink sync=true  b.audio_src ! fakesink sync=true")
      pipeline.pause()
      #expect(pipeline.settle(seconds: 5))
      usleep(300_000)
      let paused = pipeline.queueTime("b")
      let sound = pipeline.watch("b", "audio_src")
      pipeline.play()
      pipeline.run(seconds: 1.5) { _ in }
      #expect(pipeline.queueTime("b") == paused && paused < 4 * Self.second)
      #expect(sound.buffers.count > 10)
      pipeline.stop()
    }

    /// Live: both branches on time, the queue long enough for what the video sink waits.
    @Test func live() {
      let pipeline = Pipeline("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 ! v2abin name=b  b.video_src ! fakesink sync=true  b.audio_src ! fakesink sync=true")
      let video = pipeline.watch("b", "video_src"), sound = pipeline.watch("b", "audio_src")
      let scheduler = Scheduler()
      pipeline.play()
      pipeline.run(seconds: 4) { if $0.type == GST_MESSAGE_LATENCY { gst_bin_recalculate_latency(pipeline.bin) } }
      let latency = Int64(pipeline.latency) + 2 * scheduler.worst()
      #expect(sound.buffers.count > 15 && sound.buffers.allSatisfy { $0.arrived - Int64($0.pts) <= latency })
      // Pictures leave the queue when the sink has shown the one before: at their time plus the latency, not later.
      #expect(video.buffers.count > 50 && video.buffers.allSatisfy { $0.arrived - Int64($0.pts) <= latency + 40_000_000 })
      pipeline.stop()
    }

    /// Variations by request pads, with properties of their own; `audio_src`, which leads nowhere, costs nothing.
    @Test func variations() {
      let pipeline = Pipeline(
        "\(Self.video) ! v2abin name=b prompt=wind audio_src_1::seed=5 audio_src_1::prompt=rain  matroskamux name=m ! fakesink  b.video_src ! m.  b.audio_src_0 ! m.  b.audio_src_1 ! m.")
      let probes = [0, 1].map { pipeline.watch("b", "audio_src_\($0)") }
      pipeline.play()
      #expect(pipeline.run(seconds: 15) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } == GST_MESSAGE_EOS)
      #expect(probes.allSatisfy { $0.buffers.reduce(0) { $0 + $1.duration } == 10 * Self.second })
      #expect(TestGenerator.windows.allSatisfy { $0.variations.map(\.seed) == [0, 5] && $0.variations.map(\.prompt) == ["wind", "rain"] })
      gst_element_set_state(pipeline.element, GST_STATE_NULL)
      let pad = gst_element_get_static_pad(pipeline["b"], "audio_src_1")!
      gst_element_release_request_pad(pipeline["b"], pad)
      gst_object_unref(pad)
      #expect(gst_element_get_static_pad(pipeline["b"], "audio_src_1") == nil)
      let another = gst_element_request_pad_simple(pipeline["b"], "audio_src_%u")!
      gst_object_unref(another)
    }

    /// Properties are v2a's; stopping is quick, whatever waits.
    @Test func propertiesAndStopping() {
      for i in 0..<30 {
        let pipeline = Pipeline("videotestsrc ! video/x-raw,width=64,height=64,framerate=30/1 ! v2abin name=b prompt=rain steps=5 late-policy=silence  b.video_src ! matroskamux name=m ! fakesink sync=true  b.audio_src ! m.")
        TestGenerator.delay = UInt32(i * 40)
        pipeline.play()
        usleep(UInt32(i) * 3000)
        let begun = ContinuousClock.now
        pipeline.stop()
        #expect((ContinuousClock.now - begun) < .seconds(1))
        #expect(TestGenerator.windows.allSatisfy { $0.variations[0].prompt == "rain" && $0.variations[0].steps == 5 })
      }
    }
  }
}
