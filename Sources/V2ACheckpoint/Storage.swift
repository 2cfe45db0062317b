#if canImport(Glibc)
  import Glibc
#endif

/// Read-only bytes of a model file: a memory-mapped file, or memory that lives as long as the process (embedded weights).
public final class Storage: @unchecked Sendable {
  public let bytes: UnsafeRawBufferPointer
  public let name: String
  private let mapped: Bool

  /// Maps a whole file. Several elements, and several processes, share its pages.
  public init(path: String) throws(CheckpointError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, reason: "not a regular file") }
    let size = Int(status.st_size)
    guard size > 0 else { throw .unreadable(path: path, reason: "the file is empty") }
    guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), memory != MAP_FAILED else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: memory, count: size)
    name = path
    mapped = true
  }

  /// Memory that is never freed.
  public init(permanent bytes: UnsafeRawBufferPointer, name: String) {
    self.bytes = bytes
    self.name = name
    mapped = false
  }

  deinit {
    if mapped, let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }
}
