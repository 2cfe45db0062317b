import Foundation
import Testing
import V2AStreaming

@testable import V2AEngine

/// What somebody asks for, in the words by which the generator learnt sounds.
@Suite(.serialized) struct KnownPhrasesTests {
  /// Layers of a prompt as the generator is told, with bars between.
  static func told(_ prompt: String) throws -> String { try PromptPartsTests.layers(prompt).map(\.words).joined(separator: " | ") }

  /// Words that it knows stay, to the letter, and so do looks that are like none.
  @Test(arguments: [
    "", " , ;", "rain falling", "Rain falling", "a choir singing", "footsteps on gravel, footsteps on gravel", "cinematic, 4k",
    "Wolf howling at the moon", "realistic, high quality, rain falling", String(repeating: "music, ", count: 500), "\u{1F3B5}", "silence", "a quiet room",
  ])
  func known(words: String) throws { #expect(try Self.told(words) == words) }

  @Test(arguments: [
    ("music", "an ambient pad"), ("Ambient music", "an ambient pad"), ("city ambience", "city traffic"), ("jungle ambience", "jungle birds"),
    ("singing", "a voice singing"), ("thunder", "a rumble of thunder"), ("a beautiful girl, techno", "a beautiful girl, electronic music"),
    ("a drummer on a stage at a concert", "drums playing"), ("Ethereal cello atmosphere", "a cello"), ("a forest", "birds chirping in a forest"),
    ("clip clopping on a hard surface", "a horse walking"), ("a laser gun", "a laser shot"), ("a peaceful beach at sunset", "sea waves"), ("a man speaking", "people chattering"), ("a chainsaw", "a saw cutting wood"), ("waves breaking on the shore", "sea waves"),
  ])
  func others(words: String, phrase: String) throws { #expect(try Self.told(words) == phrase) }

  /// The whole prompt says what a part means: tyres squeal, and so do pigs.
  @Test(arguments: [
    ("Car racing and squealing his tires", "a car speeding up | screeching tyres"), ("Bird chirping and tweeting", "a bird chirping"),
    ("water is crashing, wind is hitting the microphone", "sea waves | wind"), ("a pig squealing", "a pig squealing"),
  ])
  func inContext(prompt: String, layers: String) throws { #expect(try Self.told(prompt) == layers) }

  /// Clauses of two sounds, and what is one.
  @Test(arguments: [
    ("sanding wood followed by something dropping", "sawing wood | a thud"), ("the loud sound of a train can be heard as birds chirp", "a train | birds chirp"),
    ("applause with a whistle blowing at the end", "applause | a whistle"), ("a man with a hat walking", "footsteps on concrete"),
    ("a girl with red hair singing", "a voice singing"),
  ])
  func clauses(prompt: String, layers: String) throws {
    #expect(try Self.told(prompt) == layers)
  }

  /// A model folder may do without: then "music" is silence, as words were that training had not.
  @Test func soundInsteadOfSilence() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "v2a-known-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: SoundtrackTests.resources, to: folder)
    let phrases = folder.appending(path: KnownPhrases.file)
    try Data("rain falling\n".utf8).write(to: phrases)
    #expect { try VideoToAudioModel.load(folder: folder.path) } throws: { ($0 as? EngineError)?.message.contains("known_phrases") == true }
    try FileManager.default.removeItem(at: phrases)
    let without = try VideoToAudioModel.load(folder: folder.path)
    for prompt in ["music", "jungle ambience", "city ambience"] {
      let silent = try (0..<3).filter { try level(prompt, seed: $0, model: without) < -60 }
      let stillSilent = try (0..<3).filter { try level(prompt, seed: $0, model: nil) < -60 }
      print("\(prompt): silent with seeds \(silent), by known phrases with \(stillSilent)")
      #expect(silent.count > 1 && stillSilent.isEmpty)
    }
  }

  /// Decibels of full scale over a black picture of two seconds.
  private func level(_ prompt: String, seed: UInt64, model: VideoToAudioModel?) throws -> Double {
    let settings = SoundtrackTests.settings {
      $0.prompt = prompt
      $0.seed = seed
    }
    let black = [UInt8](repeating: 0, count: 224 * 224 * 3)
    let sound = try SoundtrackTests.sound(settings, frames: 47, burst: 47, model: model) { k in
      GridFrame(index: k, luma: [UInt8](repeating: 0, count: 4096), rgb: k % LatentGrid.semanticInterval == 0 ? black : nil)
    }
    return 10 * log10(sound.reduce(1e-12) { $0 + Double($1 * $1) } / Double(sound.count))
  }
}
