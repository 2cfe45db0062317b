import CElement
import CGStreamer
import Foundation
import Testing
import V2AElement

extension ElementSuites {
  /// What the real model says that it has seen and been asked for, in the messages of its windows.
  @Suite struct SightTests {
    /// Confidence and classes of the last window.
    static func see(_ source: String) -> (confidence: Double, classes: String) {
      let pipeline = Pipeline(
        "\(source) ! v2a name=v steps=1 guidance-scale=1 hop=341000000 context=0 ! fakesink", isReal: true)
      pipeline.play()
      var last = (confidence: -1.0, classes: "")
      let end = pipeline.run(seconds: 20) { message in
        if message.type == GST_MESSAGE_ERROR { Issue.record("\(message.text)") }
        if let confidence = message.double("confidence") { last = (confidence, message.string("classes") ?? "") }
      }
      #expect(end == GST_MESSAGE_EOS)
      print("\(source.prefix(60)): confidence \(last.confidence), \(last.classes)")
      return last
    }

    static let shape = "num-buffers=24 ! video/x-raw,width=320,height=240,framerate=24/1"

    /// Nothing to know in black, white and grey; little in noise and in a drawn disc.
    @Test(arguments: [("black", 0.05), ("white", 0.05), ("solid-color foreground-color=0xff808080", 0.05), ("snow", 0.35), ("ball", 0.5)])
    func nothingKnown(pattern: String, most: Double) {
      let seen = Self.see("videotestsrc pattern=\(pattern) \(Self.shape)")
      #expect(seen.confidence >= 0 && seen.confidence < most)
    }

    /// Two sounds of a prompt are told as the layers that they are, unless all is to be generated at once.
    @Test(arguments: [(2, "rain falling | footsteps on gravel"), (1, "rain falling and footsteps on gravel")])
    func layers(most: Int, told: String) {
      let pipeline = Pipeline(
        "videotestsrc \(Self.shape) ! v2a prompt=\"rain falling and footsteps on gravel\" layers=\(most) steps=1 hop=341000000 ! fakesink", isReal: true)
      pipeline.play()
      var layers: [String] = []
      let end = pipeline.run(seconds: 20) { message in
        if message.string("pad") == "src" { layers.append(message.string("layers") ?? "?") }
      }
      #expect(end == GST_MESSAGE_EOS && !layers.isEmpty && layers.allSatisfy { $0 == told })
    }

    /// A photograph of a palace is known, and by its name.
    @Test func photograph() {
      let picture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/palace.jpg").path
      let seen = Self.see("filesrc location=\(picture) ! jpegdec ! imagefreeze num-buffers=24 ! video/x-raw,framerate=24/1")
      #expect(seen.confidence > 0.4 && seen.confidence <= 1 && seen.classes.hasPrefix("palace:"))
    }
  }
}
