#if canImport(Glibc)
  import Glibc
#endif

/// A joinable thread of the element's own: inference neither blocks upstream nor the pusher.
final class WorkerThread {
  private var thread = pthread_t()
  private var running = false

  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// Starts the thread; false when the system has none to give.
  func start(_ run: @escaping () -> Void) -> Bool {
    guard !running else { return true }
    let body = Unmanaged.passRetained(Body(run))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    let error = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    pthread_attr_destroy(&attributes)
    if error != 0 { body.release() }
    running = error == 0
    return running
  }

  func join() {
    guard running else { return }
    pthread_join(thread, nil)
    running = false
  }
}
