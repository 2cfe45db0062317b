/// The plane of time and frequency in which the mark lives: 32 slots of 64 ms, 48 bands of 0.28 to 11.3 kHz, then again
/// from the start. A tile (slot, band) is raised or lowered in level by a little; which way is the mark.
enum Layout {
  static let rate = 48_000
  /// Samples of an analysis frame, and from one to the next.
  static let frame = 1024
  static let hop = 512
  static let slotFrames = 6
  static let slots = 32
  static let periodFrames = slotFrames * slots
  static let bands = 48
  static let tiles = slots * bands
  static let bins = frame / 2
  /// Samples of a frame that resolves harmonics, around the ordinary one.
  static let longFrame = 2 * frame

  /// Edges of the bands in Hz, `bands` + 1: 94 Hz wide or 6 %, whichever is more.
  static let edges: [Double] = {
    var edges = [280.0]
    for _ in 0..<bands { edges.append(edges[edges.count - 1] + max(94, 0.06 * edges[edges.count - 1])) }
    return edges
  }()

  /// The edges in bins of a frame's transform (bin k reaches from k to k + 1), frequencies times `scale`.
  static func edgesInBins(scale: Double, frame: Int = frame) -> [Float] {
    edges.map { Float($0 * scale * Double(frame) / Double(rate) + 0.5) }
  }

  /// Square root of a Hann window: analysis times synthesis overlaps to one.
  static let window: [Float] = (0..<frame).map { j in
    Float((0.5 - 0.5 * cosine(2 * Double.pi * Double(j) / Double(frame))).squareRoot())
  }

  /// Hann window of the long frame over the root of 3, so that a band's power is that of the ordinary frame.
  static let longWindow: [Float] = (0..<longFrame).map { j in
    Float((0.5 - 0.5 * cosine(2 * Double.pi * Double(j) / Double(longFrame))) / 3.0.squareRoot())
  }
}
