/// Rows of numbers by absolute index, of which only the latest are kept.
struct History {
  let width: Int
  private(set) var start = 0
  private var values: [Float] = []

  init(width: Int) { self.width = width }

  var end: Int { start + values.count / width }
  var isEmpty: Bool { values.isEmpty }

  mutating func append(_ rows: [Float]) {
    precondition(rows.count % width == 0)
    values += rows
  }

  /// Takes back the rows from `index` on.
  mutating func removeLast(from index: Int) { values.removeLast(max(0, end - max(start, index)) * width) }

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

  /// Forgets everything and goes on at `index`.
  mutating func restart(at index: Int) {
    start = index
    values.removeAll()
  }
}
