import ArgumentParser
import CElement
import CGStreamer
import V2AElement
import V2AEngine

#if canImport(Glibc)
  import Glibc
#endif

/// Throughput and memory of several elements in one process, each in a pipeline of its own: made-up pictures, sound thrown away.
struct Elements: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs one and more v2a elements at the same time and prints throughput, processor time and memory.",
    discussion: "Counts of elements go up, so that the peak of memory belongs to the line.")

  @Option(help: "Numbers of elements, with commas.") var elements = "1,2,4,8"
  @Option(help: "Seconds of pictures for each element.") var seconds = 10.0
  @Option(help: "Steps of the sampler.") var steps = 8

  func run() throws {
    let counts = elements.split(separator: ",").compactMap { Int($0) }.filter { (1...64).contains($0) }.sorted()
    guard !counts.isEmpty, (1...200).contains(steps), seconds >= 1, seconds <= 3600 else {
      throw ValidationError("--elements takes numbers from 1 to 64, --steps 1 to 200, --seconds 1 to 3600")
    }
    gst_init(nil, nil)
    gst_element_register_v2a(nil)
    // The elements share the model; its loading is not measured.
    let model: VideoToAudioModel
    do throws(EngineError) { model = try VideoToAudioModel.load(folder: nil) } catch { throw ValidationError(error.message) }
    print("elements\tsound / wall s\tagainst \(counts[0])\tprocessor s / s of sound\tcores busy\tpeak MiB")
    var first: Double?
    for count in counts {
      let (wall, processor) = try measure(count)
      let sound = Double(count) * seconds
      let throughput = sound / wall
      first = first ?? throughput
      let row = [throughput, throughput / (first ?? throughput), processor / sound, processor / wall].map { "\(($0 * 1000).rounded() / 1000)" }
      print("\(count)\t\(row.joined(separator: "\t"))\t\(Self.peak)")
    }
    withExtendedLifetime(model) {}
  }

  /// Wall and processor seconds from PLAYING to the end of all.
  private func measure(_ count: Int) throws -> (wall: Double, processor: Double) {
    let frames = Int(seconds * 30)
    let one = "videotestsrc pattern=ball num-buffers=\(frames) ! video/x-raw,width=320,height=180,framerate=30/1 ! v2a steps=\(steps) ! fakesink sync=false"
    let (found, reason) = launch([String](repeating: one, count: count).joined(separator: "  "))
    guard let pipeline = found else { throw ValidationError(reason) }
    defer {
      gst_element_set_state(pipeline, GST_STATE_NULL)
      gst_object_unref(pipeline)
    }
    let (wall, processor) = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
    gst_element_set_state(pipeline, GST_STATE_PLAYING)
    guard let bus = gst_element_get_bus(pipeline) else { throw ValidationError("no message bus") }
    defer { gst_object_unref(bus) }
    let ends = GstMessageType(GST_MESSAGE_EOS.rawValue | GST_MESSAGE_ERROR.rawValue)
    guard let message = gst_bus_timed_pop_filtered(bus, GstClockTime.max, ends) else { throw ValidationError("no end") }
    defer { gst_message_unref(message) }
    guard v2a_message_type(message) == GST_MESSAGE_EOS else { throw ValidationError("the pipeline failed") }
    return (now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - processor)
  }

  /// Most memory that the process has had resident, in MiB.
  private static var peak: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }
}
