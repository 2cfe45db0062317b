/// What the motion encoder remembers of a stream of frames.
public struct MotionMemory: Sendable {
  /// Whether something in the latest frame has moved, or lit up, since the one before.
  public internal(set) var moves = false
  /// For how many latents a picture stays.
  public var period: Int { slow.period }
  /// Luma 0..1 [64, 64] of the latest frame.
  var luma: [Float]?
  var shake = CameraShake()
  var slow = SlowVideo()
  /// Features of the latest new picture, and of that picture shown on.
  var changed: [Float] = []
  var still: [Float] = []

  public init() {}
}
