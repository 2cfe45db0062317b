#if canImport(Glibc)
  import Glibc
#endif

/// Seconds by a clock of the system: on the wall, or of the processor time of the process or of this thread.
func now(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
