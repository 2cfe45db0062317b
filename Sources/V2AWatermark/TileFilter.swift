import CKernels

/// What tells a tile's sign: its level against what its surroundings in time and frequency make one expect. A linear filter
/// over the levels of five bands and `count` frames, fitted by least squares on marked sound, so the neighbourhood predicts the
/// sound (Wiener) and the mark is what is left. `python -m evaluation.watermark_filter --clips 72` fits such taps; these are from 67
/// clips that bore 1.1 dB in all bands.
enum TileFilter {
  /// Frames before a tile's start, and all.
  static let before = 12
  static let count = 30
  /// Frames after it that a row waits for.
  static let waiting = count - before - 1

  /// Rows for the band itself, for its neighbours, and for theirs: [3, count].
  static let taps: [Float] = [
    -0.142, -0.078, -0.065, -0.106, -0.047, -0.093, -0.105, -0.146, -0.194, -0.240,
    -0.380, -0.682, 0.879, 0.615, 0.562, 0.572, 0.697, 1.000, -0.608, -0.291,
    -0.229, -0.143, -0.112, -0.082, -0.122, -0.090, -0.082, -0.088, -0.066, -0.134,
    0.034, 0.020, 0.007, 0.052, 0.010, 0.036, 0.033, 0.044, 0.045, 0.069,
    0.074, 0.100, -0.171, -0.147, -0.160, -0.158, -0.169, -0.207, 0.081, 0.058,
    0.055, 0.052, 0.024, 0.023, 0.040, 0.050, 0.009, 0.039, 0.020, 0.037,
    0.047, 0.023, 0.004, -0.004, 0.035, 0.003, 0.007, 0.043, 0.061, 0.050,
    0.084, 0.145, -0.176, -0.138, -0.129, -0.135, -0.139, -0.191, 0.113, 0.064,
    0.059, 0.035, 0.033, 0.027, 0.000, -0.002, 0.026, 0.006, 0.025, 0.023,
  ]

  /// Frequency scales that are filtered: in sound at its own pitch `TileNetwork` tells the signs.
  private static let scales = [0..<LevelAnalyzer.plain, LevelAnalyzer.plain + 1..<LevelAnalyzer.scales.count]

  /// `levels`: [frames, `LevelAnalyzer.frameWidth`]. Appends the rows from `first` on, zeros where nothing is filtered.
  static func append(_ levels: [Float], from first: Int, to rows: inout [Float]) {
    let width = LevelAnalyzer.frameWidth
    let frames = levels.count / width
    guard first < frames else { return }
    let start = rows.count
    rows.append(contentsOf: repeatElement(0, count: (frames - first) * width))
    rows.withUnsafeMutableBufferPointer { out in
      levels.withUnsafeBufferPointer { input in
        guard let y = out.baseAddress, let x = input.baseAddress else { return }
        for f in first..<frames {
          for scales in scales {
            let from = scales.lowerBound * Layout.bands
            v2a_tile_filter(y + start + (f - first) * width + from, x + from, width, scales.count, frames, f, taps, count, before, Layout.bands)
          }
        }
      }
    }
  }
}
