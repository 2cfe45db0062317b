import ArgumentParser

@main struct Tool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "v2a-tool", abstract: "Looks into models of gst-v2a and measures them.", subcommands: [Inspect.self, Bench.self, Networks.self, Elements.self, Detect.self, WatermarkBatch.self])
}
