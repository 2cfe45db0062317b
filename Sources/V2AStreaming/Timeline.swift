/// Integer conversions between nanoseconds, samples and latents. Nothing here traps on hostile timestamps: results saturate.
public enum Timeline {
  public static let nanosecondsPerSecond: Int64 = 1_000_000_000

  /// floor(value * numerator / denominator) without overflow in between; saturates at the ends of Int64.
  public static func scale(_ value: Int64, _ numerator: Int64, _ denominator: Int64) -> Int64 {
    floor(Int128(value) * Int128(numerator), Int128(denominator))
  }

  /// Samples in `nanoseconds`, rounded to the nearest.
  public static func samples(_ nanoseconds: Int64, rate: Int64) -> Int64 {
    floor(Int128(nanoseconds) * Int128(rate) * 2 + Int128(nanosecondsPerSecond), 2 * Int128(nanosecondsPerSecond))
  }

  /// Start of sample number `samples` in nanoseconds, rounded up.
  public static func nanoseconds(_ samples: Int64, rate: Int64) -> Int64 {
    floor(Int128(samples) * Int128(nanosecondsPerSecond) + Int128(rate) - 1, Int128(rate))
  }

  private static func floor(_ numerator: Int128, _ denominator: Int128) -> Int64 {
    precondition(denominator > 0)
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }
}

extension Int64 {
  public func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  public func subtractingSaturated(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
