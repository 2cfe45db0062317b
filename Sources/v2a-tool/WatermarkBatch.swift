import ArgumentParser
import V2AWatermark

#if canImport(Glibc)
  import Glibc
#endif

/// For measurements: marks and searches many raw files (float32, 48 kHz, stereo) in one process.
struct WatermarkBatch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watermark-batch",
    abstract: "Marks, searches and studies raw float32 48 kHz stereo files, as lines on standard input say.",
    discussion: """
      mark PAYLOAD IN OUT     writes IN, marked, to OUT; prints: mark, seconds of sound, seconds spent
      find SECONDS IN         looks at IN in pieces of so many seconds (0: whole); prints per piece: find, score, payload or -,
                              tempo, pitch, seconds of sound, seconds spent
      levels IN OUT           writes the levels of IN's bands, float32 [frames, 5, bands], to OUT: of the whole, of middle and side,
                              over a long window, of the geometric means there
      signs PAYLOAD OUT       writes the signs of a period of the mark, float32 [slots, bands], to OUT
      """)

  @Option(help: "Key; default: the public one.") var key = ""
  @Option(help: "Seconds from one look to the next.") var every = 0.5
  @Option(help: "Payload that is looked for first.") var expected: UInt32 = WatermarkEmbedder.standardPayload

  func run() throws {
    let key = WatermarkKey(key)
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("mark", 4):
        let samples = try Self.read(words[2])
        let begun = now(CLOCK_PROCESS_CPUTIME_ID)
        let embedder = WatermarkEmbedder(payload: UInt32(words[1]) ?? 0, key: key)
        var marked = embedder.append(samples)
        marked += embedder.finish()
        print("mark\t\(Double(samples.count) / 96_000)\t\(now(CLOCK_PROCESS_CPUTIME_ID) - begun)")
        try Self.write(marked, words[3])
      case ("find", 3):
        let samples = try Self.read(words[2])
        let seconds = Double(words[1]) ?? 0
        let size = seconds > 0 ? Int(seconds * 48_000) * 2 : max(2, samples.count)
        let detector = WatermarkDetector(key: key, expected: expected, interval: Int64(min(max(every, 0.1), 1000) * 48_000))
        var start = 0
        // The rest after the last whole piece counts only when there is no whole one.
        repeat {
          let begun = now(CLOCK_PROCESS_CPUTIME_ID)
          let piece = Array(samples[start..<min(samples.count, start + size)])
          let reports = detector.append(piece) + (detector.finish().map { [$0] } ?? [])
          let best = reports.max { $0.score < $1.score } ?? WatermarkReport()
          let payload = reports.filter { $0.payload != nil }.max { $0.score < $1.score }?.payload
          print(
            "find\t\(best.score)\t\(payload.map(String.init) ?? "-")\t\(best.tempo)\t\(best.pitch)\t\(Double(piece.count) / 96_000)\t\(now(CLOCK_PROCESS_CPUTIME_ID) - begun)")
          start += size
        } while start + size <= samples.count
      case ("levels", 3): try Self.write(WatermarkStudy.levels(Self.read(words[1])), words[2])
      case ("signs", 3): try Self.write(WatermarkStudy.signs(payload: UInt32(words[1]) ?? 0, key: key), words[2])
      default: throw ValidationError("not understood: \(line)")
      }
    }
  }

  private static func read(_ path: String) throws -> [Float] {
    guard let file = fopen(path, "rb") else { throw ValidationError("\(path): cannot be read") }
    defer { fclose(file) }
    var samples: [Float] = []
    let size = 1 << 18
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: size)
    defer { buffer.deallocate() }
    while case let n = fread(buffer, 4, size, file), n > 0 { samples.append(contentsOf: UnsafeBufferPointer(start: buffer, count: n)) }
    return samples.count % 2 == 0 ? samples : Array(samples.dropLast())
  }

  private static func write(_ samples: [Float], _ path: String) throws {
    guard let file = fopen(path, "wb") else { throw ValidationError("\(path): cannot be written") }
    let written = fwrite(samples, 4, samples.count, file)
    guard fclose(file) == 0, written == samples.count else { throw ValidationError("\(path): cannot be written") }
  }
}
