/// Rows of numbers by absolute index, of which only the latest are kept.
struct History {
  let width: Int
  private(set) var start = 0
  private var values: [Float] = []

  init(width: Int) { self.width = width }

  var end: Int { start + values.count / width }

  mutating func append(_ rows: [Float]) {
    precondition(rows.count % width == 0)
    values += rows
  }

  /// Rows of `range`, which must be there.
  subscript(range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= start && range.upperBound <= end)
    return Array(values[(range.lowerBound - start) * width..<(range.upperBound - start) * width])
  }

  mutating func forget(before index: Int) {
    let drop = min(max(0, index - start), values.count / width)
    if drop > 0 {
      values.removeFirst(drop * width)
      start += drop
    }
  }

  mutating func clear() {
    start = 0
    values.removeAll()
  }
}
