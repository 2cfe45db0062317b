import CKernels

/// The most operations that a thread can do: multiply-adds in registers, counted as two each.
public enum Peak {
  /// Runs about `operations` of them; returns how many it were, 0 where the machine's level has no kernel here.
  public static func run(_ precision: Precision, operations: Double) -> Double {
    let level = KernelLevel.current.rawValue
    let half: Int32 = precision == .bfloat16 ? 1 : 0
    let single = v2a_peak(level, half, 1)
    return single > 0 ? v2a_peak(level, half, Int(operations / single)) : 0
  }
}
