import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// Keys and values of one attention head, in the order in which products want them: first those of conditions, then rows that
/// come one after the other. Queries that meet a condition's key have another form than those that meet a row's.
public final class KeysAndValues: @unchecked Sendable {
  public let conditions: Int
  public let rows: Int
  private let width: Int
  private let level: KernelLevel
  private let conditionKeys, rowKeys, values: UnsafeMutablePointer<Float>

  /// Room for `conditions` and `rows` keys and values of `width` numbers.
  public init(conditions: Int, rows: Int, width: Int, level: KernelLevel = .current) {
    (self.conditions, self.rows, self.width, self.level) = (conditions, rows, width, level)
    func panels(_ n: Int, _ k: Int) -> UnsafeMutablePointer<Float> {
      allocateFloats(level == .blas ? n * k : v2a_packed_size(level.rawValue, 0, n, k) / 4)
    }
    conditionKeys = panels(conditions, width)
    rowKeys = panels(rows, width)
    values = panels(width, conditions + rows)
  }

  deinit {
    free(conditionKeys)
    free(rowKeys)
    free(values)
  }

  /// Sets the keys and values of all conditions, [conditions, width] with row strides.
  public func setConditions(keys: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int) {
    put(keys, into: conditionKeys, stride: stride, first: 0, count: conditions)
    put(values: values, stride: stride, first: 0, count: conditions)
  }

  /// Sets the keys and values of rows `first` ..< first + count, [count, width] with row strides.
  public func setRows(keys: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int, first: Int, count: Int) {
    precondition(first >= 0 && first + count <= rows)
    put(keys, into: rowKeys, stride: stride, first: first, count: count)
    put(values: values, stride: stride, first: conditions + first, count: count)
  }

  private func put(
    _ keys: UnsafePointer<Float>, into panel: UnsafeMutablePointer<Float>, stride: Int, first: Int, count: Int
  ) {
    if level != .blas { return v2a_pack_rows(level.rawValue, panel, keys, stride, first, count, width) }
    for row in 0..<count { (panel + (first + row) * width).update(from: keys + row * stride, count: width) }
  }

  private func put(values from: UnsafePointer<Float>, stride: Int, first: Int, count: Int) {
    if level != .blas {
      return v2a_pack_columns(level.rawValue, values, from, stride, first, count, width, conditions + rows)
    }
    for row in 0..<count { (values + (first + row) * width).update(from: from + row * stride, count: width) }
  }

  /// y [queries, width] = softmax(q k^T) v over all conditions and the first `seen` rows; `plain` and `turned` are the queries'
  /// two forms. All with row strides. `scores` holds queries * (conditions + seen) floats.
  public func attend(
    plain: UnsafePointer<Float>, plainStride: Int, turned: UnsafePointer<Float>, turnedStride: Int, queries: Int, seen: Int,
    into y: UnsafeMutablePointer<Float>, stride: Int, scores: UnsafeMutablePointer<Float>
  ) {
    let total = conditions + seen
    multiply(plain, plainStride, conditionKeys, n: conditions, k: width, into: scores, total, queries: queries)
    multiply(turned, turnedStride, rowKeys, n: seen, k: width, into: scores + conditions, total, queries: queries)
    v2a_softmax(scores, queries, total)
    if level == .blas {
      BLAS.multiply(scores, values, into: y, m: queries, n: width, k: total, ldc: stride)
    } else {
      packed(values, whole: conditions + rows, scores, total, n: width, k: total, into: y, stride, queries: queries)
    }
  }

  private func multiply(
    _ x: UnsafePointer<Float>, _ ldx: Int, _ keys: UnsafePointer<Float>, n: Int, k: Int, into y: UnsafeMutablePointer<Float>,
    _ ldy: Int, queries: Int
  ) {
    guard n > 0 else { return }
    if level == .blas {
      BLAS.multiplyTransposed(x, keys, into: y, m: queries, n: n, k: k, lda: ldx, ldc: ldy)
    } else {
      packed(keys, whole: k, x, ldx, n: n, k: k, into: y, ldy, queries: queries)
    }
  }

  private func packed(
    _ panels: UnsafePointer<Float>, whole: Int, _ x: UnsafePointer<Float>, _ ldx: Int, n: Int, k: Int,
    into y: UnsafeMutablePointer<Float>, _ ldy: Int, queries: Int
  ) {
    var epilogue = V2AEpilogue(bias: nil)
    let scratch = v2a_thread_memory(0, v2a_packed_scratch(0, queries, k))
    v2a_packed_multiply(level.rawValue, 0, panels, whole, x, ldx, y, ldy, queries, n, k, &epilogue, scratch)
  }
}
