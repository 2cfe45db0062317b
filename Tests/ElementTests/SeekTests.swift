import CElement
import CGStreamer
import CGstCheck
import Testing
import V2AElement

#if canImport(Glibc)
  import Glibc
#endif

extension ElementSuites {
  /// Seeks and rates in whole pipelines.
  @Suite struct SeekTests {
    static let second: UInt64 = 1_000_000_000

    /// Pictures, and a sink that waits for nobody.
    static func pipeline(_ source: String = "videotestsrc") -> Pipeline {
      Pipeline("\(source) ! video/x-raw,width=64,height=64,framerate=30/1 ! v2a name=v hop=341000000 ! fakesink name=s")
    }

    /// Sends a seek from the sink up; its sequence number, or nil when it was refused.
    static func seek(_ pipeline: Pipeline, rate: Double = 1, flags: UInt32, from start: UInt64, to stop: UInt64? = nil) -> UInt32? {
      let event = gst_event_new_seek(
        rate, GST_FORMAT_TIME, GstSeekFlags(flags), GST_SEEK_TYPE_SET, gint64(start),
        stop == nil ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, gint64(stop ?? 0))!
      let number = UInt32(gst_event_get_seqnum(event))
      return gst_element_send_event(pipeline["s"], event) != 0 ? number : nil
    }

    static let flush = GST_SEEK_FLAG_FLUSH.rawValue, accurate = GST_SEEK_FLAG_ACCURATE.rawValue, segment = GST_SEEK_FLAG_SEGMENT.rawValue

    /// A flushing seek with a stop: sound from there to there, and EOS under the seek's number.
    @Test func flushingSeekWithStop() {
      let pipeline = Self.pipeline()
      pipeline.pause()
      #expect(pipeline.settle())
      let probe = pipeline.watch("v", "src")
      let number = Self.seek(pipeline, flags: Self.flush | Self.accurate, from: 3 * Self.second, to: 5 * Self.second)
      #expect(number != nil)
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      let after = probe.buffers
      #expect(after.first?.pts == 3 * Self.second && after.last.map { $0.pts + $0.duration } == 5 * Self.second)
      #expect(zip(after, after.dropFirst()).allSatisfy { abs(Int64($0.pts + $0.duration) - Int64($1.pts)) <= 1 })
      #expect(probe.all.first?.discont == true && probe.all.dropFirst().allSatisfy { !$0.discont })
      for type in [GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP, GST_EVENT_SEGMENT, GST_EVENT_EOS] {
        #expect(probe.events.contains { $0.type == type && $0.seqnum == number }, "\(type)")
      }
    }

    /// Segment seeks end with SEGMENT_DONE instead of EOS, and the next one goes on without a flush.
    @Test func segmentSeeks() {
      let pipeline = Self.pipeline()
      pipeline.pause()
      #expect(pipeline.settle())
      let probe = pipeline.watch("v", "src")
      #expect(Self.seek(pipeline, flags: Self.flush | Self.segment, from: Self.second, to: 2 * Self.second) != nil)
      pipeline.play()
      var rounds = 0
      pipeline.run(seconds: 10) { message in
        guard message.type == GST_MESSAGE_SEGMENT_DONE else { return }
        rounds += 1
        let flags = rounds < 3 ? Self.segment : 0
        #expect(Self.seek(pipeline, flags: flags, from: Self.second, to: 2 * Self.second) != nil)
      }
      #expect(rounds == 3)
      // Four times the same second, each with as many samples.
      #expect(probe.buffers.reduce(0) { $0 + $1.duration } == 4 * Self.second)
      #expect(probe.events.count { $0.type == GST_EVENT_SEGMENT_DONE } == 3)
    }

    /// Backwards is refused with words, without harm to what plays; twice as fast works.
    @Test func rates() {
      let pipeline = Self.pipeline()
      pipeline.pause()
      #expect(pipeline.settle())
      #expect(Self.seek(pipeline, rate: -1, flags: Self.flush, from: 0, to: 3 * Self.second) == nil)
      let probe = pipeline.watch("v", "src")
      #expect(Self.seek(pipeline, rate: 2, flags: Self.flush, from: 8 * Self.second, to: 10 * Self.second) != nil)
      pipeline.play()
      var texts: [String] = []
      #expect(pipeline.run(seconds: 10) { if $0.type == GST_MESSAGE_WARNING { texts.append($0.text) } } == GST_MESSAGE_EOS)
      #expect(texts.count == 1 && texts[0].contains("backwards"))
      #expect(probe.buffers.first?.pts == 8 * Self.second && probe.buffers.last.map { $0.pts + $0.duration } == 10 * Self.second)
    }

    /// Many flushing seeks while it plays: all end well, and the sound is that of the last.
    @Test func manySeeks() {
      let pipeline = Self.pipeline()
      TestGenerator.delay = 3
      pipeline.play()
      #expect(pipeline.settle())
      var worst = 0.0
      for i in 0..<200 {
        let begun = ContinuousClock.now
        #expect(Self.seek(pipeline, flags: Self.flush, from: UInt64(i * 7 % 90) * Self.second / 10) != nil)
        worst = max(worst, (ContinuousClock.now - begun) / .milliseconds(1))
        if i % 3 == 0 { usleep(2000) }
      }
      let probe = pipeline.watch("v", "src")
      #expect(Self.seek(pipeline, flags: Self.flush | Self.accurate, from: 9 * Self.second, to: 10 * Self.second) != nil)
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      print("200 flushing seeks, the slowest \(worst) ms")
      #expect(probe.buffers.last.map { $0.pts + $0.duration } == 10 * Self.second)
    }

    /// Position queries tell where the sound is.
    @Test func position() {
      let pipeline = Self.pipeline("videotestsrc num-buffers=300")
      pipeline.play()
      #expect(pipeline.run(seconds: 10) { _ in } == GST_MESSAGE_EOS)
      var position: gint64 = 0
      let pad = gst_element_get_static_pad(pipeline["v"], "src")!
      #expect(gst_pad_query_position(pad, GST_FORMAT_TIME, &position) != 0 && position == 10 * gint64(Self.second))
      gst_object_unref(pad)
    }
  }
}
