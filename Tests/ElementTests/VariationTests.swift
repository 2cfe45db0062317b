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

    /// Pads come and go in every state; a stream that runs takes none.
    @Test func requestAndRelease() {
      let harness = Harness()
      harness.push(pts: 0)
      #expect(gst_element_request_pad_simple(harness.element, "src_%u") == nil)
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
