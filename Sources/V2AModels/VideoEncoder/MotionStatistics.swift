#if canImport(Glibc)
  import Glibc
#endif

/// What changed from one luma frame to the next: statistics on an 8 x 8 grid at three scales, the products of the normal
/// equations of optical flow (Lucas & Kanade 1981). They depend little on how a thing is drawn.
enum MotionStatistics {
  static let side = 64
  static let grid = 8
  /// Squares of 1, 2 and 4 pixels on a side are averaged first.
  static let scales = [1, 2, 4]
  static let perScale = 5
  static let channels = perScale * scales.count

  /// Luma 0..1 [64, 64] of a frame and of the one before -> [15, 8, 8]; per scale: log energy of change, log energy of gradients,
  /// velocity in pixels per latent along x and y, mean change; each brought to about -3...3. Changes are measured in `contrast`s, and spread
  /// over `latents` (see SlowVideo).
  /// `scratch` holds 4 * 64 * 64.
  static func compute(
    _ luma: [Float], before: [Float], contrast: Float, over latents: Int, into output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let pixels = side * side
    precondition(luma.count == pixels && before.count == pixels)
    var size = side
    let now = scratch, last = scratch + pixels, change = scratch + 2 * pixels, held = scratch + 3 * pixels
    for i in 0..<pixels {
      now[i] = luma[i] / contrast
      last[i] = before[i] / contrast
    }
    for scale in scales.indices {
      if scale > 0 {
        halve(now, size)
        halve(last, size)
        size /= 2
      }
      for i in 0..<size * size {
        change[i] = (now[i] - last[i]) / Float(latents)
        held[i] = (now[i] + last[i]) / 2
      }
      reduce(change, held, size: size, into: output + scale * perScale * grid * grid)
    }
  }

  /// Largest mean change of luma in a cell of the 8 x 8 grid, 0...1; noise averages out, a thing that moves does not.
  static func largestChange(_ luma: [Float], before: [Float]) -> Float {
    precondition(luma.count == side * side && before.count == luma.count)
    let cell = side / grid
    var largest: Float = 0
    for gridRow in 0..<grid {
      for gridColumn in 0..<grid {
        var sum: Float = 0
        for row in gridRow * cell..<(gridRow + 1) * cell {
          for i in row * side + gridColumn * cell..<row * side + (gridColumn + 1) * cell { sum += luma[i] - before[i] }
        }
        largest = max(largest, abs(sum) / Float(cell * cell))
      }
    }
    return largest
  }

  /// Contrast of a frame, in which its changes are measured: its standard deviation, and a little for plain ones.
  static func contrast(_ luma: [Float]) -> Float {
    var mean: Double = 0
    var square: Double = 0
    for v in luma {
      mean += Double(v)
      square += Double(v) * Double(v)
    }
    mean /= Double(luma.count)
    return Float(max(0, square / Double(luma.count) - mean * mean).squareRoot()) + 0.05
  }

  /// Averages squares of 2 x 2 pixels, in place.
  private static func halve(_ x: UnsafeMutablePointer<Float>, _ size: Int) {
    let half = size / 2
    for row in 0..<half {
      for column in 0..<half {
        let p = x + 2 * row * size + 2 * column
        x[row * half + column] = (p[0] + p[1] + p[size] + p[size + 1]) / 4
      }
    }
  }

  /// Five planes [8, 8] from the change and the mean of two frames [size, size]; gradients are central differences with held edges.
  private static func reduce(
    _ change: UnsafePointer<Float>, _ held: UnsafePointer<Float>, size: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let cell = size / grid, plane = grid * grid, area = Float(cell * cell)
    for gridRow in 0..<grid {
      for gridColumn in 0..<grid {
        var energy: Float = 0, gradient: Float = 0, x: Float = 0, y: Float = 0, mean: Float = 0
        for row in gridRow * cell..<(gridRow + 1) * cell {
          let above = max(row - 1, 0) * size, below = min(row + 1, size - 1) * size
          for column in gridColumn * cell..<(gridColumn + 1) * cell {
            let t = change[row * size + column]
            let dx = (held[row * size + min(column + 1, size - 1)] - held[row * size + max(column - 1, 0)]) / 2
            let dy = (held[below + column] - held[above + column]) / 2
            energy += t * t
            gradient += dx * dx + dy * dy
            x += dx * t
            y += dy * t
            mean += t
          }
        }
        gradient /= area
        let cellOutput = output + gridRow * grid + gridColumn
        cellOutput[0] = (logf(energy / area + 1e-4) + 5) / 3
        cellOutput[plane] = (logf(gradient + 1e-4) + 4) / 3
        cellOutput[2 * plane] = min(max(-x / area / (gradient + 0.01), -3), 3)
        cellOutput[3 * plane] = min(max(-y / area / (gradient + 0.01), -3), 3)
        cellOutput[4 * plane] = min(max(4 * mean / area, -3), 3)
      }
    }
  }
}
