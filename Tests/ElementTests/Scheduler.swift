import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A thread that does nothing but sleep, and notes how late it was woken: what this machine owes to nobody's code. Timing tests
/// allow for it, so that they judge the element and not what else runs beside the tests.
final class Scheduler {
  private final class Shared: Sendable {
    let stop = Atomic(false)
    let worst = Atomic<Int64>(0)
  }

  private let shared = Shared()
  private var thread: WorkThread?

  init() {
    thread = WorkThread { [shared] in
      while !shared.stop.load(ordering: .relaxed) {
        let begun = Self.now()
        usleep(5000)
        let over = Self.now() - begun - 5_000_000
        if over > shared.worst.load(ordering: .relaxed) { shared.worst.store(over, ordering: .relaxed) }
      }
    }
  }

  /// Ends the watch; nanoseconds by which the thread was woken too late at worst.
  func worst() -> Int64 {
    shared.stop.store(true, ordering: .relaxed)
    thread?.join()
    thread = nil
    return shared.worst.load(ordering: .relaxed)
  }

  deinit { if thread != nil { _ = worst() } }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
