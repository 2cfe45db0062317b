import Testing

@testable import V2AModels

@Suite struct SlowVideoTests {
  private func changes(_ pictures: [Int]) -> [SlowVideo.Change] {
    var slow = SlowVideo()
    return pictures.indices.map { slow.next(isNew: $0 == 0 || pictures[$0] != pictures[$0 - 1]) }
  }

  /// Pictures of 8 frames/s are recognised after two, and from then on their changes are spread and held.
  @Test func everyThirdLatent() {
    let found = changes((0..<30).map { $0 / 3 })
    #expect(found[0] == .new(over: 1) && found[3] == .new(over: 1) && found[4] == .nothing)
    for k in 6..<30 { #expect(found[k] == (k % 3 == 0 ? .new(over: 3) : .held), "\(k)") }
  }

  /// 15 frames/s stay one and two latents by turns.
  @Test func oneAndTwo() {
    let found = changes((0..<60).map { $0 * 16 / 25 })
    #expect(!found[8...].contains(.nothing))
    #expect(found.contains(.new(over: 2)) && found.contains(.new(over: 1)) && found.contains(.held))
  }

  /// Video that brings a new picture every latent but for a pause is not slow.
  @Test func aPauseIsNoSlowness() {
    let found = changes(Array(0..<20) + [19, 19, 19] + Array(20..<40))
    for (k, change) in found.enumerated() { #expect(change == ((20...22).contains(k) ? .nothing : .new(over: 1)), "\(k)") }
  }

  /// Slow video stops: the last change holds until the next picture would have been due.
  @Test func slowVideoStops() {
    let found = changes((0..<30).map { min($0 / 3, 5) })
    #expect(Array(found[15..<20]) == [.new(over: 3), .held, .held, .nothing, .nothing])
    #expect(found[20...].allSatisfy { $0 == .nothing })
  }

  /// A slide show is still.
  @Test func slideShow() {
    let found = changes((0..<100).map { $0 / 10 })
    #expect(found.allSatisfy { $0 == .new(over: 1) || $0 == .nothing })
  }
}
