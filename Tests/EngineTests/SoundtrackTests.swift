import Foundation
import Testing
import V2AStreaming

@testable import V2AEngine

/// The real model through the engine: determinism, length, settings, hostile model folders.
@Suite(.serialized) struct SoundtrackTests {
  /// A ball that bounces: luma and colour of grid frame k.
  static func frame(_ k: Int) -> GridFrame {
    let y = 10 + Int(40 * abs(sin(Double(k) * 0.2)))
    var luma = [UInt8](repeating: 60, count: 4096)
    for r in y..<y + 8 { for c in 28..<36 { luma[r * 64 + c] = 220 } }
    let rgb = k % LatentGrid.semanticInterval == 0 ? (0..<224 * 224 * 3).map { UInt8(truncatingIfNeeded: $0 / 700 + k) } : nil
    return GridFrame(index: k, luma: luma, rgb: rgb)
  }

  /// A photograph: the first frame of the ball again and again.
  static func still(_ k: Int) -> GridFrame {
    let first = frame(0)
    return GridFrame(index: k, luma: first.luma, rgb: k % LatentGrid.semanticInterval == 0 ? first.rgb : nil)
  }

  static func settings(_ change: (inout SoundtrackSettings) -> Void = { _ in }) -> SoundtrackSettings {
    var s = SoundtrackSettings()
    s.steps = 3
    s.hop = 12
    s.context = 16
    change(&s)
    return s
  }

  /// Sound of `frames` grid frames; `burst` frames are appended between looks at what is ready.
  static func sound(
    _ settings: SoundtrackSettings, frames: Int = 40, burst: Int = 1, model: VideoToAudioModel? = nil,
    picture: (Int) -> GridFrame = frame
  ) throws -> [Float] {
    let soundtrack = try (model ?? VideoToAudioModel.load(folder: nil)).makeSoundtrack(settings)
    var out: [Float] = []
    var expected: Int64 = 0
    func take(_ chunk: AudioChunk) {
      #expect(chunk.firstSample == expected)
      expected += Int64(chunk.samples.count / 2)
      out += chunk.samples
    }
    for first in stride(from: 0, to: frames, by: burst) {
      for k in first..<min(frames, first + burst) { try soundtrack.append(picture(k)) }
      while soundtrack.isReady { take(try soundtrack.generateNext(isCancelled: { false })) }
    }
    try soundtrack.finish(totalSamples: Int64(frames * 2048 + 777), isCancelled: { false }, emit: take)
    return out
  }

  /// Relative L2 distance of samples from those wanted.
  static func distance(_ samples: [Float], _ wanted: [Float]) -> Double {
    let difference = zip(samples, wanted).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (difference / wanted.reduce(0.0) { $0 + Double($1 * $1) }).squareRoot()
  }

  @Test func sameSeedSameSamples() throws {
    let one = try Self.sound(Self.settings())
    #expect(one.count == 2 * (40 * 2048 + 777))
    #expect(one.allSatisfy { $0.isFinite && abs($0) <= 1 })
    #expect(one.contains { $0 != 0 })
    #expect(try Self.sound(Self.settings()) == one)
    #expect(try Self.sound(Self.settings(), burst: 17) == one)
    #expect(try Self.sound(Self.settings { $0.seed = 1 }) != one)
    #expect(try Self.sound(Self.settings { $0.prompt = "rain" }) != one)
    #expect(try Self.sound(Self.settings { $0.negativePrompt = "rain" }) != one)
  }

  private static func level(_ samples: [Float]) -> Double {
    10 * log10(samples.reduce(0) { $0 + Double($1 * $1) } / Double(samples.count) + 1e-12)
  }

  /// The words of what goes on are heard whatever the seed: noise that leads to silence, as that of some of these did, gives way to other noise.
  @Test(arguments: ["a stream", "a fan running"]) func noSeedIsSilent(prompt: String) throws {
    for seed: UInt64 in [1, 4] {
      let samples = try Self.sound(Self.settings { $0.prompt = prompt; $0.seed = seed; $0.steps = 8 }, picture: Self.still)
      #expect(Self.level(samples) > -45, "\(prompt) \(seed)")
    }
  }

  /// A grey picture has a quiet ambience, neither silence nor an event.
  @Test func plainPicturesAreQuiet() throws {
    let grey = { (k: Int) in
      GridFrame(index: k, luma: [UInt8](repeating: 128, count: 4096), rgb: k % LatentGrid.semanticInterval == 0 ? [UInt8](repeating: 128, count: 224 * 224 * 3) : nil)
    }
    for seed: UInt64 in 0..<3 {
      let level = Self.level(try Self.sound(Self.settings { $0.seed = seed; $0.steps = 8 }, picture: grey))
      #expect(level > -60 && level < -42, "\(seed): \(level) dB")
    }
  }

  @Test func guidanceOffNeedsOneBranch() throws {
    let plain = try Self.sound(Self.settings { $0.guidanceScale = 1 })
    let ignored = try Self.sound(Self.settings { $0.guidanceScale = 1; $0.negativePrompt = "rain" })
    #expect(plain == ignored)
  }

  @Test func changedPromptTakesEffectAtTheNextChunk() throws {
    let model = try VideoToAudioModel.load(folder: nil)
    func run(changeAt: Int?) throws -> [[Float]] {
      let soundtrack = try model.makeSoundtrack(Self.settings())
      var chunks: [[Float]] = []
      for k in 0..<60 {
        try soundtrack.append(Self.frame(k))
        while soundtrack.isReady {
          if chunks.count == changeAt { soundtrack.settings.prompt = "an explosion" }
          chunks.append(try soundtrack.generateNext(isCancelled: { false }).samples)
        }
      }
      return chunks
    }
    let plain = try run(changeAt: nil), changed = try run(changeAt: 2)
    #expect(plain[0] == changed[0] && plain[1] == changed[1] && plain[2] != changed[2])
  }

  @Test func cancels() throws {
    let soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(Self.settings())
    for k in 0..<16 { try soundtrack.append(Self.frame(k)) }
    #expect(throws: EngineError.cancelled) { try soundtrack.generateNext(isCancelled: { true }) }
    #expect(throws: EngineError.self) { try soundtrack.append(Self.frame(99)) }
  }

  @Test func sharesModels() throws {
    let a = try VideoToAudioModel.load(folder: nil), b = try VideoToAudioModel.load(folder: nil)
    #expect(a === b)
  }

  /// The embedded model without a setting of its config.json.
  private static func model(without key: String) throws -> VideoToAudioModel {
    let folder = FileManager.default.temporaryDirectory.appending(path: "v2a-without-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: resources, to: folder)
    let file = folder.appending(path: "config.json")
    let text = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    #expect(text.contains("\"\(key)\": "))
    try Data(text.replacing("\"\(key)\": ", with: "\"was_\(key)\": ").utf8).write(to: file)
    return try VideoToAudioModel.load(folder: folder.path)
  }

  private static func sound(_ model: VideoToAudioModel, _ prompt: String, scale: Float, steps: Int) throws -> [Float] {
    try sound(settings { ($0.prompt, $0.guidanceScale, $0.steps) = (prompt, scale, steps) }, frames: 20, model: model)
  }

  /// A prompt for an event is steered by 1 + event_guidance (scale - 1); what goes on, and no prompt, as without it.
  @Test func eventsAreSteeredMore() throws {
    let even = try Self.model(without: "event_guidance"), model = try VideoToAudioModel.load(folder: nil)
    let more = 1 + model.configuration.eventGuidance * 2
    let dog = try Self.sound(model, "a dog barking", scale: 3, steps: 3)
    #expect(try dog == Self.sound(even, "a dog barking", scale: more, steps: 3))
    #expect(try dog != Self.sound(even, "a dog barking", scale: 3, steps: 3))
    for prompt in ["rain falling", ""] {
      #expect(try Self.sound(model, prompt, scale: 3, steps: 3) == Self.sound(even, prompt, scale: 3, steps: 3), "\(prompt)")
    }
  }

  /// Without a prompt, in n steps, fewer than the default's m, the scale is 1 + (1 + few_step_guidance (1 / n - 1 / m)) (scale - 1).
  @Test func fewStepsAreSteeredMore() throws {
    let even = try Self.model(without: "few_step_guidance"), model = try VideoToAudioModel.load(folder: nil)
    let emphases = [1, 4, 5, 8, 25].map(model.configuration.wordlessGuidance)
    #expect(emphases[0] == emphases[1] && emphases[1] > emphases[2] && emphases[2] > 1 && emphases[3...] == [1, 1])
    let four = try Self.sound(model, "", scale: 3, steps: 4)
    #expect(try four == Self.sound(even, "", scale: 1 + emphases[1] * 2, steps: 4))
    #expect(try four != Self.sound(even, "", scale: 3, steps: 4))
    #expect(try Self.sound(model, "", scale: 3, steps: 8) == Self.sound(even, "", scale: 3, steps: 8))
    #expect(try Self.sound(model, "rain falling", scale: 3, steps: 4) == Self.sound(even, "rain falling", scale: 3, steps: 4))
  }

  @Test func refusesBadSettings() throws {
    let model = try VideoToAudioModel.load(folder: nil)
    for bad in [Self.settings { $0.steps = 0 }, Self.settings { $0.hop = 0 }, Self.settings { $0.guidanceScale = .nan }, Self.settings { $0.layers = 0 }] {
      #expect(throws: EngineError.self) { try model.makeSoundtrack(bad) }
    }
  }

  /// What is linked into the plugin is what lies in Resources. Fails when embedded_model.c was not rebuilt after an export.
  @Test func embeddedFilesAreCurrent() throws {
    let folder = Self.resources
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name.hasSuffix(".safetensors") || name.hasSuffix(".txt") || name == "config.json" {
      let storage = try ModelFolder(path: nil).storage(name)
      let file = try Data(contentsOf: folder.appending(path: name))
      #expect(storage.bytes.elementsEqual(file), "\(name)")
    }
  }

  static let resources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/V2AEngine/Resources/v2a-small")

  /// Broken model folders: an error that names the file, every time.
  @Test func refusesBrokenFolders() throws {
    #expect(throws: EngineError.modelNotFound(path: "/nonexistent")) { try VideoToAudioModel.load(folder: "/nonexistent") }
    let folder = FileManager.default.temporaryDirectory.appending(path: "v2a-broken-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, damage) in [
      ("config.json", { (_: Data) in Data("{}".utf8) }), ("config.json", { _ in Data("not json".utf8) }),
      ("config.json", { Data(String(decoding: $0, as: UTF8.self).replacing("\"guidance\": 0.0", with: "\"guidance\": 0.5").utf8) }),
      ("config.json", { Data(String(decoding: $0, as: UTF8.self).replacing("\"ceiling\": [-3.1, ", with: "\"ceiling\": [").utf8) }),
      ("vocab.txt", { _ in Data([0xFF, 0xFE]) }), ("audio_decoder.safetensors", { $0.prefix(1000) }),
      ("motion_encoder.safetensors", { $0.dropLast(4) }), ("motion_encoder.safetensors", { Data([UInt8](repeating: 255, count: 8)) + $0.dropFirst(8) }),
      ("diffusion_transformer.safetensors", { $0.dropLast(2) + [0xFF, 0xFF] }),
    ] as [(String, (Data) -> Data)] {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.copyItem(at: Self.resources, to: folder)
      let file = folder.appending(path: name)
      try damage(Data(contentsOf: file)).write(to: file)
      do {
        _ = try VideoToAudioModel.load(folder: folder.path)
        Issue.record("\(name) was accepted")
      } catch {
        let stem = name.split(separator: ".")[0]
        #expect(error.message.contains(stem), "\(error)")
      }
    }
  }
}
