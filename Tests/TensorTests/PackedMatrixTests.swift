import CKernels
import Testing
import V2ATensor

#if canImport(Glibc)
  import Glibc
#endif

/// Products with reordered weights against sums in double precision, on every instruction set that this machine has.
@Suite struct PackedMatrixTests {
  static let levels = [KernelLevel.blas, .avx2, .avx512, .avx512bf16].filter { $0 <= .available }

  private func numbers(_ n: Int, _ step: Float) -> [Float] { (0..<n).map { sinf(Float($0) * step + 0.3) } }

  /// The nearest number of bfloat16, ties to even.
  private func half(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
  }

  /// activation(x W^T + b).
  private func reference(_ x: [Float], _ w: [Float], _ b: [Float], rows: Int, n: Int, k: Int, _ f: (Double) -> Double) -> [Double] {
    (0..<rows * n).map { i in
      f((0..<k).reduce(Double(b[i % n])) { $0 + Double(x[i / n * k + $1]) * Double(w[i % n * k + $1]) })
    }
  }

  private func error(_ a: [Float], _ b: [Double]) -> Double {
    let difference = zip(a, b).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    return (difference / b.reduce(1e-30) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(arguments: levels, [(1, 1, 1), (3, 5, 7), (14, 32, 64), (15, 33, 257), (29, 70, 513), (61, 48, 1100)])
  func products(level: KernelLevel, size: (Int, Int, Int)) {
    let (rows, n, k) = size
    let x = numbers(rows * k, 1.7), w = numbers(n * k, 0.9), b = numbers(n, 2.3), gate = numbers(rows * n, 0.4), start = numbers(rows * n, 0.2)
    for precision in Precision.allCases {
      // Products of numbers of bfloat16 are exact: nothing else may be lost.
      let isHalf = precision == .bfloat16 && level >= .avx512bf16
      let tolerance = 5e-6
      let matrix = PackedMatrix(w, outputs: n, inputs: k, precision: precision, level: level)
      let plain = reference(isHalf ? x.map(half) : x, isHalf ? w.map(half) : w, b, rows: rows, n: n, k: k) { $0 }
      let activations: [(Activation, (Double) -> Double)] = [
        (.identity, { $0 }), (.relu6, { min(max($0, 0), 6) }), (.silu, { $0 / (1 + exp(-$0)) }),
        (.gelu, { 0.5 * $0 * (1 + tanh(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0))) }),
      ]
      for (activation, f) in activations {
        var y = [Float](repeating: .nan, count: rows * n)
        matrix.multiply(x, rows: rows, into: &y, epilogue: V2AEpilogue(bias: b, activation))
        #expect(error(y, plain.map(f)) < 2 * tolerance, "\(level) \(precision) \(activation)")
      }
      var added = start
      matrix.multiply(x, rows: rows, into: &added, epilogue: V2AEpilogue(bias: b, adding: true))
      #expect(error(added, zip(start, plain).map { Double($0) + $1 }) < tolerance)
      var gated = start
      matrix.multiply(x, rows: rows, into: &gated, epilogue: V2AEpilogue(bias: b, gate: gate, stride: n, gate0: b))
      let expected = (0..<rows * n).map { Double(start[$0]) + (Double(gate[$0]) + Double(b[$0 % n])) * plain[$0] }
      #expect(error(gated, expected) < tolerance)
    }
  }

  /// Each row is bit for bit what it is alone, so neither the length of a piece nor the number of threads matters.
  @Test(arguments: levels.filter { $0 > .blas }) func rowsDoNotDependOnEachOther(level: KernelLevel) {
    let rows = 131, n = 80, k = 300
    let x = numbers(rows * k, 1.7), w = numbers(n * k, 0.9), b = numbers(n, 2.3)
    for precision in Precision.allCases {
      let matrix = PackedMatrix(w, outputs: n, inputs: k, precision: precision, level: level)
      var whole = [Float](repeating: 0, count: rows * n), pieces = whole
      matrix.multiply(x, rows: rows, into: &whole, epilogue: V2AEpilogue(bias: b, .gelu))
      var first = 0
      for size in [1, 2, 3, 5, 8, 13, 14, 15, 28, 42] where first + size <= rows {
        pieces.withUnsafeMutableBufferPointer { y in
          x.withUnsafeBufferPointer { x in
            matrix.multiply(
              x.baseAddress! + first * k, rows: size, into: y.baseAddress! + first * n, epilogue: V2AEpilogue(bias: b, .gelu))
          }
        }
        first += size
      }
      #expect(first == rows && pieces == whole)
    }
  }

  /// So is each output, whichever panels are computed with it.
  @Test(arguments: levels.filter { $0 > .blas }) func outputsDoNotDependOnEachOther(level: KernelLevel) {
    let rows = 49, n = 200, k = 301
    let x = numbers(rows * k, 1.7), w = numbers(n * k, 0.9), b = numbers(n, 2.3), gate = numbers(rows * n, 0.4)
    for precision in Precision.allCases {
      let matrix = PackedMatrix(w, outputs: n, inputs: k, precision: precision, level: level)
      var whole = numbers(rows * n, 0.2), pieces = whole
      for epilogue in [V2AEpilogue(bias: b, .gelu, adding: true), V2AEpilogue(bias: b, gate: gate, stride: n, gate0: b)] {
        matrix.multiply(x, rows: rows, into: &whole, epilogue: epilogue)
        for outputs in [0..<32, 32..<128, 128..<200] {
          matrix.multiply(x, rows: rows, outputs: outputs, into: &pieces, epilogue: epilogue)
        }
      }
      #expect(pieces == whole)
    }
    withExtendedLifetime((b, gate)) {}
  }

  @Test func sharesMakeTheWhole() {
    for step in [1, 16, 32] {
      for count in [0, 1, 7, 31, 32, 33, 49, 192, 1000] {
        let first = Share.first.of(count, step: step), second = Share.second.of(count, step: step)
        #expect(first.lowerBound == 0 && first.upperBound == second.lowerBound && second.upperBound == count)
        #expect(second.isEmpty || second.lowerBound % step == 0)
        #expect(abs(first.count - second.count) <= step && Share.whole.of(count, step: step) == 0..<count)
      }
    }
  }

  /// Attention over keys that came in several pieces against plain softmax.
  @Test(arguments: levels) func attention(level: KernelLevel) {
    let conditions = 5, first = 7, rows = 33, width = 48, queries = 9
    let total = conditions + first + rows
    let keys = numbers(total * width, 0.31), values = numbers(total * width, 0.77)
    let plain = numbers(queries * width, 1.1), turned = numbers(queries * width, 0.6)
    let memory = KeysAndValues(conditions: conditions, rows: first + rows + 3, width: width, level: level)
    memory.setConditions(keys: keys, values: values, stride: width)
    keys.withUnsafeBufferPointer { k in
      values.withUnsafeBufferPointer { v in
        let at = conditions * width
        memory.setRows(keys: k.baseAddress! + at, values: v.baseAddress! + at, stride: width, first: 0, count: first)
        let after = at + first * width
        memory.setRows(keys: k.baseAddress! + after, values: v.baseAddress! + after, stride: width, first: first, count: rows)
      }
    }
    var y = [Float](repeating: 0, count: queries * width), scores = [Float](repeating: 0, count: queries * total)
    memory.attend(
      plain: plain, plainStride: width, turned: turned, turnedStride: width, queries: queries, seen: first + rows, into: &y,
      stride: width, scores: &scores)
    var expected: [Double] = []
    for q in 0..<queries {
      var weights: [Double] = []
      for t in 0..<total {
        let query = t < conditions ? plain : turned
        var score = 0.0
        for i in 0..<width { score += Double(query[q * width + i]) * Double(keys[t * width + i]) }
        weights.append(exp(score))
      }
      let sum = weights.reduce(0, +)
      for i in 0..<width {
        var mean = 0.0
        for t in 0..<total { mean += weights[t] / sum * Double(values[t * width + i]) }
        expected.append(mean)
      }
    }
    #expect(error(y, expected) < 1e-5)
  }

  private final class Count: SharedWork {
    var turns = 0
    func run() { turns += 1 }
  }

  /// Every offer is done once, by one thread or the other, also when the helper has gone to sleep.
  @Test func helperDoesEachThingOnce() {
    guard let helper = Helper() else { return }
    let there = Count()
    for i in 1...20_000 {
      var own = 0
      helper.run(there) { own += 1 }
      #expect(own == 1 && there.turns == i)
      if i % 5000 == 0 { usleep(2000) }
    }
  }
}
