import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// Request pads src_%u: several soundtracks of one video.
  @Suite struct VariationTests {
    static let second: UInt64 = 1_000_000_000
    static let video = "videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1"

    /// Three variations by their pads' properties: pictures are looked at once, seeds and prompts are the pads' own.
    @Test func threePads() {
      let pipeline = Pipeline(
        "\(Self.video) ! v2a name=v seed=9 prompt=wind src_1::seed=5 src_1::prompt=rain src_2::negative-prompt=music  v.src_0 ! fakesink  v.src_1 ! fakesink  v.src_2 ! fakesink")
      let probes = (0..<3).map { pipeline.watch("v", "src_\($0)") }
      pipeline.play()
      var said: [String] = []
      let end = pipeline.run(seconds: 10) { message in
        guard message.type == GST_MESSAGE_ELEMENT, said.count < 3, let pad = message.string("pad") else { return }
        said.append("\(pad) \(message.time("seed") ?? 0) \(message.string("prompt") ?? "") \(message.string("negative-prompt") ?? "")")
      }
      #expect(end == GST_MESSAGE_EOS)
      #expect(said == ["src_0 0 wind ", "src_1 5 rain ", "src_2 2 wind music"])
      for (probe, seed) in zip(probes, [0, 5, 2] as [Float]) {
        #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 3 * Self.second)
        #expect(probe.all.first?.first.1 == 1000 * seed)
        #expect(probe.events.prefix(3).map(\.type) == [GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT])
      }
      #expect(probes[1].tags.joined().contains("rain") && probes[2].tags.joined().contains("seed"))
      // One set of pictures for all: 3 s of grid frames and no more, and `src`, which leads nowhere, costs nothing.
      #expect(TestGenerator.appended <= 71 && TestGenerator.windows.allSatisfy { $0.variations.count == 3 })
    }

    /// The pad that is always there and a request pad side by side; one sink ends early, the other goes on.
    @Test func oneEndsEarly() {
      let pipeline = Pipeline("\(Self.video) ! v2a name=v hop=341000000  v.src ! fakesink  v.src_7 ! identity eos-after=8 ! fakesink")
      let first = pipeline.watch("v", "src"), other = pipeline.watch("v", "src_7")
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      #expect(first.buffers.reduce(0) { $0 + $1.duration } == 3 * Self.second)
      #expect(other.buffers.count < 12)
    }

    /// A sink that blocks holds back the others only as far as queues reach, and nothing deadlocks when it goes on.
    @Test func oneSinkIsSlow() {
      let pipeline = Pipeline("\(Self.video) ! v2a name=v  v.src_0 ! fakesink  v.src_1 ! identity sleep-time=20000 ! fakesink")
      let probe = pipeline.watch("v", "src_1")
      pipeline.play()
      #expect(pipeline.run(seconds: 20) { _ in } == GST_MESSAGE_EOS)
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 3 * Self.second)
    }

    /// Pads come and go in every state.
    @Test func requestAndRelease() {
      let harness = Harness()
      harness.push(pts: 0)
      let pad = gst_element_request_pad_simple(harness.element, "src_%u")!
      gst_element_release_request_pad(harness.element, pad)
      gst_object_unref(pad)
      gst_element_set_state(harness.element, GST_STATE_NULL)
      for _ in 0..<50 {
        let pads = (0..<3).map { _ in gst_element_request_pad_simple(harness.element, "src_%u")! }
        gst_element_set_state(harness.element, GST_STATE_PAUSED)
        gst_element_release_request_pad(harness.element, pads[1])
        gst_element_set_state(harness.element, GST_STATE_NULL)
        for i in [0, 2] { gst_element_release_request_pad(harness.element, pads[i]) }
        pads.forEach { gst_object_unref($0) }
      }
      #expect(gst_element_get_static_pad(harness.element, "src_0") == nil)
    }

    /// A pad that comes in the middle joins at the next window: events in order, the right times, DISCONT once, no change for
    /// the others. Then it is released while it plays: the others go on, and its variation is computed no longer.
    @Test(arguments: [false, true]) func joinsAndLeaves(isMarked: Bool) {
      let pipeline = Pipeline(
        "videotestsrc num-buffers=600 ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink", isMarked: isMarked)
      let first = pipeline.watch("v", "src")
      TestGenerator.delay = 20
      pipeline.play()
      func wait(until isDone: () -> Bool) {
        for _ in 0..<300 where !isDone() { pipeline.run(seconds: 0.02) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } }
      }
      wait { first.buffers.count > 6 }
      let pad = gst_element_request_pad_simple(pipeline["v"], "src_3")!
      let probe = pipeline.watch("v", "src_3")
      pipeline.run(seconds: 0.1) { _ in }
      #expect(probe.buffers.isEmpty && TestGenerator.windows.last?.variations.count == 1)
      let sink = gst_element_factory_make("fakesink", "late")!
      setBoolean(sink, "async", false)
      gst_bin_add(pipeline.bin, sink)
      gst_element_sync_state_with_parent(sink)
      let target = gst_element_get_static_pad(sink, "sink")!
      #expect(gst_pad_link(pad, target) == GST_PAD_LINK_OK)
      gst_object_unref(target)
      wait { probe.buffers.count > 6 }
      #expect(TestGenerator.windows.last?.variations.map(\.seed) == [0, 3])
      gst_element_release_request_pad(pipeline["v"], pad)
      gst_object_unref(pad)
      gst_element_set_state(sink, GST_STATE_NULL)
      gst_bin_remove(pipeline.bin, sink)
      #expect(pipeline.run(seconds: 40) { if $0.type == GST_MESSAGE_ERROR { Issue.record("\($0.text)") } } == GST_MESSAGE_EOS)
      #expect(TestGenerator.windows.last?.variations.count == 1)

      let heard = probe.all
      #expect(probe.events.prefix(3).map(\.type) == [GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT])
      #expect(heard.count > 3 && heard.first?.discont == true && heard.dropFirst().allSatisfy { !$0.discont })
      #expect(heard.first.map { $0.pts > 500_000_000 } == true)
      #expect(zip(heard, heard.dropFirst()).allSatisfy { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) <= 1 })
      // Right is 1000 times the seed plus the number of the grid frame: the sound belongs to its time.
      if !isMarked {
        #expect(heard.allSatisfy { $0.first.1 == 3000 + Float(($0.pts * 3 + 64) / (2048 * 62_500)) }, "\(heard.map { ($0.pts, $0.first.1) })")
      }
      #expect(first.buffers.reduce(0) { $0 + $1.duration } == 20 * Self.second)
      #expect(zip(first.buffers, first.buffers.dropFirst()).allSatisfy { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) <= 1 })
    }

    /// Pads are asked for, linked, unlinked and released at random moments of a pipeline that plays.
    @Test func comingAndGoing() {
      let pipeline = Pipeline("videotestsrc ! video/x-raw,width=32,height=32,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink")
      let probe = pipeline.watch("v", "src")
      TestGenerator.delay = 3
      pipeline.play()
      #expect(pipeline.settle())
      var random = StressTests.Random(state: 5)
      for i in 0..<120 {
        let pad = gst_element_request_pad_simple(pipeline["v"], "src_%u")!
        let sink = gst_element_factory_make("fakesink", "late\(i)")!
        setBoolean(sink, "async", false)
        gst_bin_add(pipeline.bin, sink)
        gst_element_sync_state_with_parent(sink)
        let target = gst_element_get_static_pad(sink, "sink")!
        usleep(UInt32(random.next(4000)))
        gst_pad_link(pad, target)
        usleep(UInt32(random.next(20_000)))
        if random.next(2) == 0 { gst_pad_unlink(pad, target) }
        usleep(UInt32(random.next(4000)))
        gst_element_release_request_pad(pipeline["v"], pad)
        gst_object_unref(pad)
        gst_object_unref(target)
        gst_element_set_state(sink, GST_STATE_NULL)
        gst_bin_remove(pipeline.bin, sink)
      }
      var errors = 0
      pipeline.run(seconds: 0.3) { if $0.type == GST_MESSAGE_ERROR { errors += 1 } }
      print("120 pads came and went while it played")
      #expect(errors == 0)
      let heard = probe.buffers
      #expect(heard.count > 50 && zip(heard, heard.dropFirst()).allSatisfy { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) <= 1 })
    }

    /// Several tracks into one muxer, which takes from all in turn: no deadlock with queues of any size.
    @Test(arguments: [1, 200]) func intoOneMuxer(buffers: Int) {
      let queue = "queue max-size-buffers=\(buffers) max-size-time=0 max-size-bytes=0"
      let pipeline = Pipeline(
        "\(Self.video) ! v2a name=v hop=2000000000 matroskamux name=m ! fakesink name=s  v.src_0 ! \(queue) ! m.  v.src_1 ! m.  v.src_2 ! \(queue) ! m.")
      let probe = pipeline.watch("v", "src_2")
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 3 * Self.second)
    }
  }
}
