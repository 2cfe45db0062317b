#if canImport(Glibc)
  import Glibc
#endif

@inline(__always) func cosine(_ x: Double) -> Double { cos(x) }
@inline(__always) func arctangent(_ x: Double) -> Double { atan(x) }
@inline(__always) func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
@inline(__always) func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
@inline(__always) func exponential(_ x: Float) -> Float { expf(x) }
@inline(__always) func logarithm(_ x: Float) -> Float { logf(x) }
/// 10 log10 of a power.
@inline(__always) func decibels(_ power: Float) -> Float { 4.342944819 * logarithm(power) }
