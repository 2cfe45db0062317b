import Foundation
import Testing
import V2AStreaming

@testable import V2AEngine

/// Several soundtracks of the same pictures in one batch, and windows that are cut short or given up.
@Suite(.serialized) struct EngineVariationTests {
  /// Each variation of a batch is what it would be alone, to rounding; over a still picture with moments of its own.
  @Test(arguments: [false, true]) func batchIsWhatEachWouldBe(isStill: Bool) throws {
    let picture = isStill ? SoundtrackTests.still : SoundtrackTests.frame
    let settings = (0..<3).map { i in
      SoundtrackTests.settings { s in
        s.seed = UInt64(i)
        if i == 1 { s.prompt = "rain" }
        if i == 2 { (s.prompt, s.negativePrompt) = ("a dog barking", "a very long prompt about music of many kinds") }
      }
    }
    let soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(settings[0])
    soundtrack.variations = settings
    var out = [[Float]](repeating: [], count: 3)
    for k in 0..<40 {
      try soundtrack.append(picture(k))
      while soundtrack.isReady {
        let chunks = try soundtrack.generateVariations(timeLeft: { nil }, isCancelled: { false })
        for (i, chunk) in chunks.enumerated() { out[i] += chunk.samples }
      }
    }
    try soundtrack.finishVariations(totalSamples: Int64(40 * 2048 + 777), isCancelled: { false }) { chunks in
      for (i, chunk) in chunks.enumerated() { out[i] += chunk.samples }
    }
    for (i, own) in settings.enumerated() {
      let alone = try SoundtrackTests.sound(own, picture: picture)
      #expect(out[i].count == alone.count)
      let distance = SoundtrackTests.distance(out[i], alone)
      print("variation \(i) in a batch of 3 against alone: relative L2 \(distance)")
      #expect(distance < 1e-3)
    }
  }

  /// A variation that joins in the middle fades in from where the first one is, which itself sounds as if alone; one that is
  /// removed leaves the others as they are.
  @Test(arguments: [false, true]) func joinsAndLeaves(isMarked: Bool) throws {
    let settings = [0, 1].map { i in SoundtrackTests.settings { $0.seed = UInt64(i) } }
    func run(_ change: (Int, any SoundtrackGenerator) -> Void) throws -> (samples: [Float], others: [AudioChunk]) {
      var soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(settings[0])
      if isMarked { soundtrack = MarkedSoundtrack(soundtrack, payload: 1, key: .standard) }
      var samples: [Float] = [], others: [AudioChunk] = [], windows = 0
      for k in 0..<90 {
        try soundtrack.append(SoundtrackTests.frame(k))
        while soundtrack.isReady {
          change(windows, soundtrack)
          let chunks = try soundtrack.generateVariations(timeLeft: { nil }, isCancelled: { false })
          samples += chunks.first?.samples ?? []
          others += chunks.dropFirst()
          windows += 1
        }
      }
      return (samples, others)
    }
    let alone = try run { _, _ in }
    let joined = try run { window, soundtrack in
      if window == 2 { soundtrack.variations = settings }
      if window == 5 { soundtrack.removeVariation(1) }
    }
    // The other batch sizes round differently.
    let distance = SoundtrackTests.distance(joined.samples, alone.samples)
    print("first variation while another joins against alone: relative L2 \(distance)")
    #expect(joined.samples.count == alone.samples.count && distance < 1e-3)
    #expect(joined.others.count == 3)
    let first = try #require(joined.others.first)
    #expect(first.firstSample > 0 && first.samples.prefix(2).allSatisfy { abs($0) < 0.01 } && first.samples.contains { abs($0) > 1e-3 })
    #expect(zip(joined.others, joined.others.dropFirst()).allSatisfy { $0.firstSample + Int64($0.samples.count / 2) == $1.firstSample })
    // The first one ends and the second becomes the first: it goes on.
    let second = try run { window, soundtrack in
      if window == 2 { soundtrack.variations = settings }
      if window == 4 { soundtrack.removeVariation(0) }
    }
    #expect(second.samples.allSatisfy { $0.isFinite && abs($0) <= 1 } && second.others.count == 2)
  }

  /// A window that runs out of time takes fewer steps and is as long as any; one that is given up fades out, and the next one
  /// comes back.
  @Test func hurriesAndSkips() throws {
    let soundtrack = try VideoToAudioModel.load(folder: nil).makeSoundtrack(SoundtrackTests.settings { $0.steps = 12 })
    var chunks: [AudioChunk] = []
    for k in 0..<90 {
      try soundtrack.append(SoundtrackTests.frame(k))
      while soundtrack.isReady {
        switch chunks.count {
        case 1: chunks += try soundtrack.generateVariations(timeLeft: { 0 }, isCancelled: { false })
        case 3: chunks += try soundtrack.skipVariations()
        case 4: chunks += try soundtrack.skipVariations()
        default: chunks += try soundtrack.generateVariations(timeLeft: { 10 }, isCancelled: { false })
        }
      }
    }
    #expect(Array(chunks.map(\.report.steps).prefix(7)) == [12, 2, 12, 0, 0, 12, 12])
    var expected: Int64 = 0
    for chunk in chunks {
      #expect(chunk.firstSample == expected && chunk.samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
      expected += Int64(chunk.samples.count / 2)
    }
    let skipped = chunks[3].samples
    #expect(skipped.prefix(1000).contains { $0 != 0 } && skipped.suffix(12 * 4096).allSatisfy { $0 == 0 })
    #expect(chunks[4].samples.allSatisfy { $0 == 0 })
    #expect(chunks[5].samples.prefix(2).allSatisfy { $0 == 0 } && chunks[5].samples.contains { $0 != 0 })
  }
}
