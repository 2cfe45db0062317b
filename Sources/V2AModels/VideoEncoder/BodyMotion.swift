/// How somebody moves from one frame to the next.
public struct BodyMotion: Sendable, Equatable {
  /// How far head and trunk have sunk, in reaches of the body.
  public let sinking: Float
  /// Change of luma below the hips, or as far down as the picture shows, against the contrast there.
  public let legs: Float

  public static let none = BodyMotion(sinking: 0, legs: 0)

  private static let side = MotionEncoder.side
  /// Half the width of a body, and what of it above the hips counts as legs, in reaches.
  private static let breadth: Float = 0.4, thigh: Float = 0.2
  /// What of a body lies below the hips where the picture ends at them, in reaches.
  private static let least: Float = 0.35
  /// Contrast below which change is noise.
  private static let noise: Float = 0.03

  init(sinking: Float, legs: Float) { (self.sinking, self.legs) = (sinking, legs) }

  /// Luma 0..1 [64, 64] of a frame and the one before it, and where somebody is: `person` in a square around a picture of `width` and `height`
  /// (0...1 of that square).
  ///
  /// Head and trunk are taken to have moved as one: (dx, dy) with the least square of I_x dx + I_y dy + I_t (Lucas & Kanade 1981).
  public init(_ luma: [Float], before: [Float], person: Person, width: Float, height: Float) {
    let side = Self.side
    let isThere = person.x.isFinite && person.y.isFinite && person.reach.isFinite && width > 0 && height > 0
    guard isThere, luma.count == side * side, before.count == luma.count, luma != before else {
      self = .none
      return
    }
    func place(_ x: Float, _ extent: Float) -> Float { ((x - 0.5) / extent + 0.5) * Float(side) }
    func range(_ a: Float, _ b: Float, least: Int, within: Range<Int>) -> Range<Int> {
      let from = min(max(Self.whole(a), within.lowerBound), within.upperBound - least)
      return from..<min(max(Self.whole(b), from + least), within.upperBound)
    }
    let reach = person.reach / height * Float(side), middle = place(person.y, height)
    let left = place(person.x - Self.breadth * person.reach, width), right = place(person.x + Self.breadth * person.reach, width)
    let columns = range(left, right, least: 4, within: 1..<side - 1)
    let trunk = range(middle - reach, middle + reach, least: 6, within: 1..<side - 1)
    var xx: Float = 1e-3, yy: Float = 1e-3, xy: Float = 0, xt: Float = 0, yt: Float = 0
    for row in trunk {
      for i in row * side + columns.lowerBound..<row * side + columns.upperBound {
        let x = (luma[i + 1] - luma[i - 1] + before[i + 1] - before[i - 1]) / 4
        let y = (luma[i + side] - luma[i - side] + before[i + side] - before[i - side]) / 4
        let t = luma[i] - before[i]
        xx += x * x
        yy += y * y
        xy += x * y
        xt += x * t
        yt += y * t
      }
    }
    let down = -(xx * yt - xy * xt) / (xx * yy - xy * xy)
    sinking = down.isFinite ? down / max(reach, 4) : 0
    let hips = min(middle, Float(side) - Self.least * reach)
    let below = range(hips - Self.thigh * reach, hips + reach, least: 6, within: 0..<side)
    var change: Float = 0, sum: Float = 0, squares: Float = 0
    for row in below {
      for i in row * side + columns.lowerBound..<row * side + columns.upperBound {
        change += abs(luma[i] - before[i])
        sum += luma[i]
        squares += luma[i] * luma[i]
      }
    }
    let count = Float(below.count * columns.count), mean = sum / count
    legs = change / count / (max(0, squares / count - mean * mean).squareRoot() + Self.noise)
  }

  private static func whole(_ x: Float) -> Int { x.isFinite ? Int(min(max(x, -1000), 1000)) : 0 }
}
