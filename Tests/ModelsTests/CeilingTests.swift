import Testing
import V2ATensor

@testable import V2AModels

/// Levels of a chunk against the codec's own transform, and what lies above the ceiling.
struct CeilingTests {
  static let rows = 5

  @Test func levels() throws {
    let weights = try Fixtures.weights("audio_decoder")
    let decoder = try AudioDecoder(weights, width: 256, depth: 6, inner: 768)
    let x = Fixtures.wave(Self.rows * Codec.latent, 0.61), values = Codec.frames * Codec.bands
    let mean = try weights.tensor("mean", shape: [values]), components = try weights.tensor("components", shape: [Codec.components, values])
    let offset = try weights.tensor("offset", shape: [Codec.envelope]), scale = try weights.tensor("scale", shape: [Codec.envelope])
    let found = x.withUnsafeBufferPointer { decoder.ceiling([]).levels(of: $0.baseAddress!, rows: Self.rows) }
    for part in [0, 3, 7] {
      var sum: Float = 0, area: Float = 0
      for row in 0..<Self.rows {
        for i in 0..<values {
          var energy = mean.data[i]
          for k in 0..<Codec.components {
            energy += (x[row * Codec.latent + k] * scale.data[k] + offset.data[k]) * components.data[k * values + i]
          }
          let weight = max(0, 1 - abs(Float(i % Codec.bands) / 9 - Float(part)))
          sum += weight * energy
          area += weight
        }
      }
      #expect(abs(found[part] - sum / area) < 1e-3)
    }
  }

  @Test func louderChunksComeDown() throws {
    let decoder = try AudioDecoder(Fixtures.weights("audio_decoder"), width: 256, depth: 6, inner: 768)
    let before = Fixtures.wave(Self.rows * Codec.latent, 0.61)
    func levels(_ x: [Float]) -> [Float] { x.withUnsafeBufferPointer { decoder.ceiling([]).levels(of: $0.baseAddress!, rows: Self.rows) } }
    func after(_ changed: [Float]) -> [Float] {
      var x = before
      x.withUnsafeMutableBufferPointer { decoder.ceiling(changed.map { $0 * 4.342945 }).apply(to: $0.baseAddress!, rows: Self.rows) }
      return x
    }
    let now = levels(before)
    // As far down as is asked for.
    var hushed = before
    let hush = decoder.ceiling(now.map { ($0 - 5) * 4.342945 })
    hushed.withUnsafeMutableBufferPointer { hush.apply(to: $0.baseAddress!, rows: Self.rows, most: .infinity) }
    for (level, before) in zip(levels(hushed), now) { #expect(abs(before - 5 - level) < 1) }
    // 45 dB below the ceiling nothing is heard, unless one latent is louder.
    let rows = (0..<Self.rows).map { row in
      before.withUnsafeBufferPointer { decoder.ceiling([]).levels(of: $0.baseAddress! + row * Codec.latent, rows: 1) }
    }
    let loudest = now.indices.map { part in rows.map { $0[part] }.max()! }
    for (above, isSilence) in [(Float(11), true), (10, false)] {
      let far = decoder.ceiling(loudest.map { ($0 + above) * 4.342945 })
      #expect(before.withUnsafeBufferPointer { far.isSilence($0.baseAddress!, rows: Self.rows) } == isSilence)
    }
    #expect(after(now.map { $0 + 0.01 }) == before)
    // A little above, a part comes down to the ceiling; far above, by a decibel; the others stay where they were, nearly.
    for (above, down) in [(Float(0.1), Float(0.1)), (3, Ceiling.most)] {
      for part in [1, 4] {
        var ceiling = now.map { $0 + 1 }
        ceiling[part] = now[part] - above
        let there = levels(after(ceiling))
        for other in now.indices {
          let wanted = other == part ? down : 0
          // Neighbours share bands.
          #expect(abs(now[other] - there[other] - wanted) < (abs(other - part) == 1 ? 0.3 : 0.35) * down, "\(part) \(other)")
        }
      }
    }
  }
}
