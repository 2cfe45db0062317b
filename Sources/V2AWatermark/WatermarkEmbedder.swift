import CKernels

/// Marks a stream of 48 kHz audio, inaudibly. Levels of tiles in time and frequency are moved by up to what the masking model
/// allows, both channels alike, so the mark is in each channel and in their sum, and silence stays silence.
///
/// Samples come out in the order and number in which they went in. The output depends on the samples alone, not on how they
/// are cut into blocks: frames lie on a grid that counts from the first sample.
public final class WatermarkEmbedder {
  /// Identifies gst-v2a as the maker: "v2a" and version 1 as bytes.
  public static let standardPayload: UInt32 = 0x7632_6101
  /// At most so many samples (per channel) are held back: 21.3 ms.
  public static let latency = Layout.frame

  public let payload: UInt32
  private let key: WatermarkKey
  private let chips: [Float]
  private let firstSlot: Int
  private var model = MaskingModel()
  private let spectrum = PairSpectrum(window: Layout.window)
  private let binBands: [Int]

  /// Interleaved stereo that waits for its frame: the last `hop` samples of the frame before, then what is new.
  private var waiting: [Float] = []
  /// The second half of the latest frame's output.
  private var overlap = [Float](repeating: 0, count: 2 * Layout.frame)
  private var frames = 0
  private var taken: Int64 = 0
  private var given: Int64 = 0
  private var powers = [Float](repeating: 0, count: Layout.bins)
  private var allowed = [Float](repeating: 0, count: Layout.bands)
  private var bandGain = [Float](repeating: 1, count: Layout.bands + 2)
  private var gain = [Float](repeating: 1, count: Layout.bins)

  public init(payload: UInt32 = WatermarkEmbedder.standardPayload, key: WatermarkKey = .standard) {
    self.payload = payload
    self.key = key
    chips = key.chips(payload)
    firstSlot = key.firstSlot(payload)
    let edges = Layout.edgesInBins(scale: 1)
    // Band of each bin's middle, counted from 1; 0 below and `bands` + 1 above.
    binBands = (0..<Layout.bins).map { bin in edges.prefix { $0 <= Float(bin) + 0.5 }.count }
    reset()
  }

  /// Forgets the stream; the next sample is a first one.
  public func reset() {
    model = MaskingModel()
    waiting = [Float](repeating: 0, count: 2 * Layout.hop)
    for i in overlap.indices { overlap[i] = 0 }
    frames = 0
    taken = 0
    given = 0
  }

  /// Takes interleaved samples of 1 or 2 channels and returns those that are done, `latency` - 1 fewer in all at most.
  public func append(_ samples: [Float], channels: Int = 2) -> [Float] {
    guard channels == 1 || channels == 2 else { return samples }
    taken += Int64(waiting.appendStereo(samples, channels: channels))
    return frames(channels)
  }

  /// The stream has ended: the samples that are left.
  public func finish(channels: Int = 2) -> [Float] {
    let missing = taken - given
    guard missing > 0, channels == 1 || channels == 2 else { return [] }
    waiting.append(contentsOf: [Float](repeating: 0, count: 4 * Layout.frame))
    let rest = Array(frames(channels).prefix(Int(missing) * channels))
    reset()
    return rest
  }

  private func frames(_ channels: Int) -> [Float] {
    var output: [Float] = []
    var start = 0
    while waiting.count - start >= 2 * Layout.frame {
      waiting.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { mark(base + start) }
      }
      // The first frame begins before the stream: its first half is no output.
      if frames > 1 {
        for j in 0..<Layout.hop {
          output.append(overlap[2 * j])
          if channels == 2 { output.append(overlap[2 * j + 1]) }
        }
        given += Int64(Layout.hop)
      }
      start += 2 * Layout.hop
    }
    waiting.removeFirst(start)
    return output
  }

  /// One frame: analysis, gains, synthesis into `overlap`, whose first half is then finished.
  private func mark(_ stereo: UnsafePointer<Float>) {
    let half = 2 * Layout.hop
    for i in 0..<half {
      overlap[i] = overlap[half + i]
      overlap[half + i] = 0
    }
    spectrum.transform(stereo)
    v2a_pair_power(&powers, spectrum.bins, Layout.frame)
    model(powers, into: &allowed)
    let slot = (frames / Layout.slotFrames + firstSlot) % Layout.slots
    for b in 0..<Layout.bands {
      bandGain[b + 1] = exponential(0.1151292546 * allowed[b] * chips[slot * Layout.bands + b])
    }
    // A step between bands takes three bins, so that the frame's response stays short.
    for k in 1..<Layout.bins - 1 {
      gain[k] = 0.25 * (bandGain[binBands[k - 1]] + bandGain[binBands[k + 1]]) + 0.5 * bandGain[binBands[k]]
    }
    spectrum.transformBack(gain: gain)
    v2a_overlap_pairs(&overlap, spectrum.bins, Layout.window, 1 / Float(Layout.frame), Layout.frame)
    frames += 1
  }
}
