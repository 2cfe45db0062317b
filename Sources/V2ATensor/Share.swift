/// What one thread does of a phase that falls into two halves.
public enum Share: Sendable {
  case whole, first, second

  /// Its part of 0 ..< count, which is divided at the multiple of `step` next to the middle.
  public func of(_ count: Int, step: Int = 1) -> Range<Int> {
    let middle = min(count, (count / step + 1) / 2 * step)
    return switch self {
    case .whole: 0..<count
    case .first: 0..<middle
    case .second: middle..<count
    }
  }
}

/// Work of which a helper may do the second half: neither half reads what the other writes.
public protocol HalvedWork: SharedWork {
  var helper: Helper? { get }
  /// A share of it.
  func compute(_ share: Share)
}

extension HalvedWork {
  /// The helper's half.
  public func run() { compute(.second) }

  /// All of it by one thread or two; returns when both halves are done.
  public func computeAll() {
    if let helper { helper.run(self) { compute(.first) } } else { compute(.whole) }
  }
}

/// Work in phases, of which each is halved: threads meet between them.
public protocol PhasedWork: HalvedWork {
  associatedtype Phase
  var phase: Phase { get set }
}

extension PhasedWork {
  public func perform(_ phase: Phase) {
    self.phase = phase
    computeAll()
  }
}
