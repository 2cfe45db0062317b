import CKernels
import Testing
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Kernels against plain loops in double precision, at odd sizes.
@Suite struct KernelTests {
  private func numbers(_ n: Int, _ scale: Float = 1) -> [Float] { (0..<n).map { scale * sinf(Float($0) * 1.7 + 0.3) } }

  private func expectClose(_ a: [Float], _ b: [Double], _ tolerance: Double = 2e-6, _ what: String = "") {
    #expect(a.count == b.count)
    for (x, y) in zip(a, b) where abs(Double(x) - y) > tolerance * max(1, abs(y)) {
      Issue.record("\(what): \(x) instead of \(y)")
      return
    }
  }

  @Test(arguments: [1, 7, 33, 1000]) func activations(n: Int) {
    let x = numbers(n, 6)
    let all: [(String, (UnsafeMutablePointer<Float>, Int) -> Void, (Double) -> Double)] = [
      ("exp", { v2a_exp($0, $1) }, { exp($0) }),
      ("silu", { v2a_silu($0, $1) }, { $0 / (1 + exp(-$0)) }),
      ("gelu tanh", { v2a_gelu_tanh($0, $1) }, { 0.5 * $0 * (1 + tanh(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0))) }),
      ("gelu erf", { v2a_gelu_erf($0, $1) }, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
      ("relu6", { v2a_relu6($0, $1) }, { min(max($0, 0), 6) }),
    ]
    for (name, kernel, reference) in all {
      var y = x
      y.withUnsafeMutableBufferPointer { kernel($0.baseAddress!, n) }
      expectClose(y, x.map { reference(Double($0)) }, 2e-6, name)
    }
  }

  @Test func exponentialAtTheEnds() {
    var x: [Float] = [-1000, -87, 0, 88, 1000]
    v2a_exp(&x, x.count)
    #expect(x.allSatisfy { $0.isFinite })
    #expect(x[2] == 1)
  }

  @Test(arguments: [(1, 1), (3, 7), (5, 130)]) func rows(rows: Int, cols: Int) {
    let x = numbers(rows * cols, 3)
    var y = x
    v2a_softmax(&y, rows, cols)
    var expected: [Double] = []
    for r in 0..<rows {
      let e = x[r * cols..<(r + 1) * cols].map { exp(Double($0)) }
      expected += e.map { $0 / e.reduce(0, +) }
    }
    expectClose(y, expected, 2e-6, "softmax")

    let weight = numbers(cols, 2), bias = numbers(cols, 0.5)
    v2a_layer_norm(&y, x, weight, bias, rows, cols, 1e-6)
    expected = []
    for r in 0..<rows {
      let row = x[r * cols..<(r + 1) * cols].map(Double.init)
      let mean = row.reduce(0, +) / Double(cols)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(cols)
      expected += row.enumerated().map { ($1 - mean) / (variance + 1e-6).squareRoot() * Double(weight[$0]) + Double(bias[$0]) }
    }
    expectClose(y, expected, 1e-4, "layer norm")

    y = x
    v2a_rms_norm(&y, weight, rows, cols, 1e-6)
    expected = []
    for r in 0..<rows {
      let row = x[r * cols..<(r + 1) * cols].map(Double.init)
      let rms = (row.reduce(0) { $0 + $1 * $1 } / Double(cols) + 1e-6).squareRoot()
      expected += row.enumerated().map { $1 / rms * Double(weight[$0]) }
    }
    expectClose(y, expected, 1e-5, "rms norm")
  }

  @Test(arguments: [(7, 3, 1), (8, 3, 2), (9, 5, 1), (14, 5, 2), (28, 3, 2), (40, 3, 2)], [32, 24, 40])
  func depthwise(shape: (Int, Int, Int), channels: Int) {
    let (size, k, stride) = shape
    let out = (size + stride - 1) / stride
    let before = max((out - 1) * stride + k - size, 0) / 2
    let x = numbers(channels * size * size, 2), weight = numbers(channels * k * k), bias = numbers(channels)
    var y = [Float](repeating: 0, count: channels * out * out)
    v2a_depthwise2d(&y, x, weight, bias, channels, 0, channels, size, size, k, stride, before, 0, out, out, 0, 6)
    var expected: [Double] = []
    for oy in 0..<out {
      for ox in 0..<out {
        for c in 0..<channels {
          var sum = Double(bias[c])
          for j in 0..<k {
            for i in 0..<k {
              let iy = oy * stride + j - before, ix = ox * stride + i - before
              if iy >= 0, iy < size, ix >= 0, ix < size {
                sum += Double(weight[(j * k + i) * channels + c]) * Double(x[(iy * size + ix) * channels + c])
              }
            }
          }
          expected.append(min(max(sum, 0), 6))
        }
      }
    }
    expectClose(y, expected, 1e-5, "depthwise")
    var pieces = [Float](repeating: 0, count: y.count)
    pieces.withUnsafeMutableBufferPointer { pieces in
      for (from, to) in [(0, out / 2), (out / 2, out)] {
        for c in [0, 16] {
          v2a_depthwise2d(
            pieces.baseAddress! + from * out * channels, x, weight, bias, channels, c, c == 0 ? 16 : channels, size, size, k, stride, before, from,
            to, out, 0, 6)
        }
      }
    }
    #expect(pieces == y, "rows and channels do not depend on each other")
  }

  @Test(arguments: [8, 64, 1024]) func inverseFourier(n: Int) {
    let re = numbers(n / 2 + 1), im = numbers(n / 2 + 1, 0.7)
    var x = [Float](repeating: 0, count: n), scratch = [Float](repeating: 0, count: 2 * n)
    InverseFourier(size: n)(re: re, im: im, output: &x, scratch: &scratch)
    var expected: [Double] = []
    for j in 0..<n {
      var sum = Double(re[0]) + Double(re[n / 2]) * (j % 2 == 0 ? 1 : -1)
      for k in 1..<n / 2 {
        let angle = 2 * Double.pi * Double((j * k) % n) / Double(n)
        sum += 2 * (Double(re[k]) * cos(angle) - Double(im[k]) * sin(angle))
      }
      expected.append(sum / Double(n))
    }
    expectClose(x, expected, 2e-6, "irfft")
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 9)]) func products(m: Int, n: Int, k: Int) {
    let a = numbers(m * k), b = numbers(n * k, 0.8)
    var c = [Float](repeating: 0, count: m * n)
    BLAS.multiplyTransposed(a, b, into: &c, m: m, n: n, k: k)
    var expected: [Double] = []
    for i in 0..<m { for j in 0..<n { expected.append((0..<k).reduce(0) { $0 + Double(a[i * k + $1]) * Double(b[j * k + $1]) }) } }
    expectClose(c, expected, 1e-5, "A B^T")
  }

  /// Means over boxes against sums of parts of pixels, in sizes that the boxes do not divide.
  @Test(arguments: [(64, 64), (65, 64), (127, 193), (320, 240), (1000, 71)]) func boxLuma(width: Int, height: Int) {
    let stride = width + 5, side = 64
    let plane = (0..<stride * height).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7 &+ $0 / 11) }
    var columns = [UInt32](repeating: 7, count: width), y = [UInt8](repeating: 0, count: side * side)
    for isLimited in [false, true] {
      v2a_box_luma(&y, side, plane, stride, width, height, isLimited ? 1 : 0, &columns)
      func share(_ i: Int, _ box: Int, _ length: Int) -> Double {
        let unit = Double(length) / Double(side)
        return max(0, min(Double(i + 1), Double(box + 1) * unit) - max(Double(i), Double(box) * unit)) / unit
      }
      for row in Swift.stride(from: 0, to: side, by: 9) {
        for column in Swift.stride(from: 0, to: side, by: 7) {
          var mean = 0.0
          for i in 0..<height where share(i, row, height) > 0 {
            for x in 0..<width where share(x, column, width) > 0 {
              mean += share(i, row, height) * share(x, column, width) * Double(plane[i * stride + x])
            }
          }
          let wanted = isLimited ? max(0, min(255, (mean - 16) * 255 / 219)) : mean
          #expect(abs(Double(y[row * side + column]) - wanted) < 0.5 + 1e-6, "\(row), \(column)")
        }
      }
    }
  }

  /// Known answers of Random123 for philox4x32 with 10 rounds.
  @Test func philox() {
    var out = [UInt32](repeating: 0, count: 4)
    v2a_philox(&out, [0, 0, 0, 0], [0, 0])
    #expect(out == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    v2a_philox(&out, [UInt32](repeating: .max, count: 4), [.max, .max])
    #expect(out == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
  }

  /// Normal numbers: right moments, a function of (seed, stream, index), and a prefix does not depend on the count.
  @Test func noise() {
    var x = [Float](repeating: 0, count: 100_000), short = [Float](repeating: 0, count: 101)
    let source = NoiseSource(seed: 3)
    source.fill(&x, count: x.count, stream: .latents, index: 5)
    source.fill(&short, count: short.count, stream: .latents, index: 5)
    #expect(Array(x.prefix(101)) == short)
    let mean = x.reduce(0) { $0 + Double($1) } / 1e5, square = x.reduce(0) { $0 + Double($1) * Double($1) } / 1e5
    #expect(abs(mean) < 0.02 && abs(square - 1) < 0.03)
    source.fill(&short, count: short.count, stream: .latents, index: 6)
    #expect(Array(x.prefix(101)) != short)
    source.fill(&short, count: short.count, stream: .decoder, index: 5)
    #expect(Array(x.prefix(101)) != short)
  }

  /// All 65,536 half-precision numbers against Swift's own conversion.
  @Test func halfPrecision() {
    let bits = (0...UInt16.max).map { $0 }
    var out = [Float](repeating: 0, count: bits.count)
    v2a_from_f16(&out, bits, bits.count)
    for (b, x) in zip(bits, out) {
      let exponent = Int((b >> 10) & 31), mantissa = Float(b & 1023)
      guard exponent != 31 else {
        #expect(!x.isFinite)
        continue
      }
      let magnitude = exponent == 0 ? mantissa * powf(2, -24) : (1 + mantissa / 1024) * powf(2, Float(exponent - 15))
      if x != (b & 0x8000 == 0 ? magnitude : -magnitude) { Issue.record("\(b): \(x)") }
    }
  }
}
