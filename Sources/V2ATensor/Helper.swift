import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Half of a job that another thread may take over.
public protocol SharedWork: AnyObject {
  func run()
}

/// A second thread for one that computes. Work that it has not begun when the first thread is done with its own, the first thread
/// does itself: so a helper that gets no processor costs nothing.
public final class Helper: @unchecked Sendable {
  /// Threads that one soundtrack computes with: 2, or 1 when `V2A_THREADS` of the environment says so.
  public static let threads = environment("V2A_THREADS") == "1" ? 1 : 2

  /// Working memory for what the helper does.
  public let scratch = Scratch()

  private enum State { static let none = 0, offered = 1, taken = 2, done = 3, ended = 4 }

  private let state = Atomic<Int>(State.none)
  private let sleepers = Atomic<Int>(0)
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  /// Written before the state becomes `offered`, read after it has become `taken`.
  private var work: (any SharedWork)?
  private var thread = pthread_t()

  /// Turns of an empty loop before a thread goes to sleep: some tens of microseconds.
  private static let patience = 2000

  /// nil when the system has one processor, or no thread to give.
  public init?() {
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
    guard sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 else { return nil }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    defer { pthread_attr_destroy(&attributes) }
    // The thread knows the helper without owning it: `deinit` waits for its end.
    let error = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Helper>.fromOpaque(argument).takeUnretainedValue().loop() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    hasThread = error == 0
    guard error == 0 else { return nil }
  }

  private var hasThread = false

  deinit {
    if hasThread {
      state.store(State.ended, ordering: .releasing)
      wake()
      pthread_join(thread, nil)
    }
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  /// Runs `own` here and `work` on whichever thread comes to it first; returns when both are done.
  public func run(_ work: any SharedWork, beside own: () -> Void) {
    self.work = work
    state.store(State.offered, ordering: .releasing)
    wake()
    own()
    if state.compareExchange(expected: State.offered, desired: State.none, ordering: .acquiringAndReleasing).exchanged {
      work.run()
    } else {
      wait { $0 == State.done }
      state.store(State.none, ordering: .relaxed)
    }
    self.work = nil
  }

  private func loop() {
    while true {
      wait { $0 == State.offered || $0 == State.ended }
      if state.load(ordering: .acquiring) == State.ended { return }
      guard state.compareExchange(expected: State.offered, desired: State.taken, ordering: .acquiringAndReleasing).exchanged
      else { continue }
      work?.run()
      state.store(State.done, ordering: .releasing)
      wake()
    }
  }

  /// Looks for a while, then sleeps, until the state is as wanted. Who wakes too late for an offer looks again: the next one follows.
  private func wait(_ isWanted: (Int) -> Bool) {
    while true {
      for _ in 0..<Self.patience {
        if isWanted(state.load(ordering: .acquiring)) { return }
        v2a_pause()
      }
      pthread_mutex_lock(lock)
      sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if !isWanted(state.load(ordering: .sequentiallyConsistent)) { pthread_cond_wait(changed, lock) }
      sleepers.wrappingSubtract(1, ordering: .relaxed)
      pthread_mutex_unlock(lock)
    }
  }

  private func wake() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(lock)
  }
}
