import CKernels

/// Takes a shaking camera out of the change from one luma frame to the next.
///
/// The shift between two frames is the one of whole pixels with the least mean of min(|difference|, `doubt`), refined by parabolas through
/// its neighbours. What moves within the picture is an outlier to that mean. A camera that shakes stays about its place: the path of the
/// shifts, which forgets a tenth of itself each picture, leaves the bounds of `reach` pixels when the camera pans or when a thing that is
/// alone in the picture is followed, and then nothing is moved.
struct CameraShake: Sendable {
  /// Pixels of 64: the bound of a shift and of the path.
  static let reach = 4
  /// Standard deviations of the picture that a pixel's difference counts at most.
  static let doubt: Float = 0.5
  /// Of the unshifted difference, below which a shift's must come.
  static let worth: Float = 0.9
  static let keeps: Float = 0.9

  private static let side = MotionStatistics.side
  private var path: (x: Float, y: Float) = (0, 0)

  /// The frame before [64, 64], as the camera of the frame after it, `luma` of that contrast, would have taken it. `scratch` holds
  /// 3 * 64 * 64.
  mutating func steadied(_ before: [Float], for luma: [Float], contrast: Float, scratch: UnsafeMutablePointer<Float>) -> [Float] {
    precondition(luma.count == Self.side * Self.side && before.count == luma.count)
    if luma == before { return before }
    let shift = Self.shift(of: luma, against: before, contrast: contrast, scratch: scratch)
    path = (Self.keeps * path.x + shift.x, Self.keeps * path.y + shift.y)
    let bound = Float(Self.reach)
    if shift == (0, 0) || !(abs(path.x) <= bound && abs(path.y) <= bound) { return before }
    return Self.moved(before, by: shift)
  }

  /// In pixels; zero where a shift explains little.
  static func shift(
    of luma: [Float], against before: [Float], contrast: Float, scratch: UnsafeMutablePointer<Float>
  ) -> (x: Float, y: Float) {
    let pixels = side * side, count = 2 * reach + 1
    let now = scratch, last = scratch + pixels, rows = scratch + 2 * pixels
    soften(luma, by: 1 / contrast, into: now, rows: rows)
    soften(before, by: 1 / contrast, into: last, rows: rows)
    var costs = [Float](repeating: 0, count: count * count)
    v2a_shift_differences(&costs, now, last, side, reach, doubt)
    var least = 0
    for i in costs.indices where costs[i] < costs[least] { least = i }
    let row = least / count, column = least % count
    guard costs[least] < worth * costs[reach * count + reach] else { return (0, 0) }
    let inner = 1..<count - 1
    let x = inner.contains(column) ? vertex(costs[least - 1], costs[least], costs[least + 1]) : 0
    let y = inner.contains(row) ? vertex(costs[least - count], costs[least], costs[least + count]) : 0
    return (Float(column - reach) + x, Float(row - reach) + y)
  }

  /// Where the parabola through values at -1, 0 and 1, the least in the middle, is least: -0.5...0.5.
  private static func vertex(_ before: Float, _ here: Float, _ after: Float) -> Float {
    min(max((before - after) / max(2 * (before + after - 2 * here), 1e-6), -0.5), 0.5)
  }

  /// Luma times `scale`, blurred by the binomial kernel 1 2 1 both ways, edges held.
  private static func soften(
    _ luma: [Float], by scale: Float, into output: UnsafeMutablePointer<Float>, rows: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<side {
      for column in 0..<side {
        let at = row * side
        rows[at + column] = scale / 4 * (luma[at + max(column - 1, 0)] + 2 * luma[at + column] + luma[at + min(column + 1, side - 1)])
      }
    }
    for row in 0..<side {
      let above = rows + max(row - 1, 0) * side, here = rows + row * side, below = rows + min(row + 1, side - 1) * side
      for column in 0..<side { output[row * side + column] = (above[column] + 2 * here[column] + below[column]) / 4 }
    }
  }

  /// A frame moved right and down, bilinear, edges held.
  static func moved(_ frame: [Float], by shift: (x: Float, y: Float)) -> [Float] {
    let last = Float(side - 1)
    var output = [Float](repeating: 0, count: side * side)
    for row in 0..<side {
      let y = min(max(Float(row) - shift.y, 0), last), top = Int(y), bottom = min(top + 1, side - 1), down = y - Float(top)
      for column in 0..<side {
        let x = min(max(Float(column) - shift.x, 0), last), left = Int(x), right = min(left + 1, side - 1), across = x - Float(left)
        let above = frame[top * side + left] * (1 - across) + frame[top * side + right] * across
        let below = frame[bottom * side + left] * (1 - across) + frame[bottom * side + right] * across
        output[row * side + column] = above * (1 - down) + below * down
      }
    }
    return output
  }
}
