import Testing

@testable import V2AModels

@Suite struct PartialsTests {
  /// Slots of one partial.
  private func slots(_ level: Float, at position: Float) -> [Float] {
    var slots = [Float](repeating: 0, count: Partials.slots)
    let low = Int(position)
    slots[low] = (1 - (position - Float(low))) * level
    if low + 1 < slots.count { slots[low + 1] = (position - Float(low)) * level }
    return slots
  }

  @Test(arguments: [Float(0), 0.25, 12.5, 40.75, 86.9, 87]) func findsAPartialAgain(position: Float) throws {
    let found = Partials.gather(slots(1.7, at: position))
    try #require(found.count == 1)
    #expect(abs(found[0].level - 1.7) < 1e-5 && abs(found[0].position - Double(position)) < 1e-4)
  }

  @Test func takesWeakAndBrokenSlotsForNothing() {
    #expect(Partials.gather(slots(0.5, at: 10.5)).isEmpty)
    #expect(Partials.gather([Float](repeating: .nan, count: Partials.slots)).isEmpty)
    #expect(Partials.gather([Float](repeating: -.infinity, count: Partials.slots)).isEmpty)
    let loud = Partials.gather([Float](repeating: .infinity, count: Partials.slots))
    #expect(!loud.isEmpty && loud.allSatisfy { $0.level <= Partials.loudest && (0...87).contains($0.position) })
  }

  /// Samples [left] of `rows` latents with these slots and band energies.
  private func render(_ rows: [[Float]], energy: Float, pan: Float = 0, pieces: Int = 1) -> [[Float]] {
    var stream = PartialStream()
    let count = rows.count
    var out = [Float](repeating: 0, count: 2 * count * Codec.latentHop)
    let latents = rows.flatMap { [Float](repeating: 0, count: Codec.envelope) + $0 }
    let energies = [Float](repeating: energy, count: count * Codec.frames * Codec.bands)
    let side = [Float](repeating: pan, count: count * Codec.frames * Codec.regions)
    for piece in 1...pieces {
      let end = count * piece / pieces
      stream.advance(Array(latents[..<(end * Codec.latent)]), first: 0, energies: energies, pan: side)
    }
    stream.add(to: &out, from: 0)
    return [Array(out[..<(count * Codec.latentHop)]), Array(out[(count * Codec.latentHop)...])]
  }

  /// A partial that glides a semitone sounds at its frequency, without a jump, as loud as its level says.
  @Test func glidesWithoutAJump() throws {
    let rows = (0..<24).map { slots(2.6, at: 24 + Float($0) / 24) }
    let left = render(rows, energy: 1)[0]
    let amplitude = Partial(level: 2.6, position: 0).amplitude * 0.5.squareRoot()
    let middle = left[(4 * 2048)..<(20 * 2048)]
    #expect(abs(Double(middle.max() ?? 0) - amplitude) < 0.01 * amplitude)
    var crossings = 0, bend: Float = 0
    for i in (4 * 2048)..<(20 * 2048) {
      if left[i - 1] < 0 && left[i] >= 0 { crossings += 1 }
      bend = max(bend, abs(left[i - 1] - 2 * left[i] + left[i + 1]))
    }
    // The middle of the stretch is 24.5 - 1/48 semitones above 55 Hz.
    let expected = Partials.turn(24.5 - 1.0 / 48) * Double(16 * 2048)
    #expect(abs(Double(crossings) - expected) <= 2)
    // The second difference of a sine is at most amplitude * w^2; a jump would be far above it.
    let w = 2 * Double.pi * Partials.turn(25)
    #expect(Double(bend) < 1.1 * amplitude * w * w)
  }

  @Test func keepsWithinTheBandsAndTheirPan() {
    let rows = [[Float]](repeating: slots(2.6, at: 30.5), count: 8)
    #expect(render(rows, energy: 0).allSatisfy { $0.allSatisfy { $0 == 0 } })
    let quiet = render(rows, energy: 1e-6)[0].map(abs).max() ?? 1, loud = render(rows, energy: 1)[0].map(abs).max() ?? 0
    #expect(quiet < 0.05 * loud)
    let sides = render(rows, energy: 1, pan: 0.9)  // left
    #expect((sides[0].map(abs).max() ?? 0) > 3 * (sides[1].map(abs).max() ?? 1))
  }

  @Test func piecesGiveWhatTheWholeGives() {
    let rows = (0..<12).map { slots(2, at: 20 + Float($0 % 5) * 0.6) }
    // Without the end, which dies away differently where more is to come.
    #expect(render(rows, energy: 0.1)[0] == render(rows, energy: 0.1, pieces: 4)[0])
  }
}
