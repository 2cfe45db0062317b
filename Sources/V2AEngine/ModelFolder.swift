import CEmbeddedModel
import V2ACheckpoint

#if canImport(Glibc)
  import Glibc
#endif

/// Where a model's files come from: a folder, or the plugin itself.
struct ModelFolder {
  /// nil: the model embedded in the plugin.
  let path: String?

  var name: String { path ?? "the embedded model v2a-small" }

  func storage(_ file: String) throws(EngineError) -> Storage {
    if let path {
      do { return try Storage(path: "\(path)/\(file)") } catch {
        throw .invalidModel(path: path, reason: error.message)
      }
    }
    for i in 0..<v2a_embedded_file_count {
      guard let embedded = v2a_embedded_file(i) else { continue }
      if String(cString: embedded.pointee.name) == file {
        let bytes = UnsafeRawBufferPointer(start: embedded.pointee.data, count: embedded.pointee.size)
        return Storage(permanent: bytes, name: "embedded \(file)")
      }
    }
    throw .invalidModel(path: name, reason: "\(file) is not embedded")
  }

  /// Whether a file that a model may do without is there.
  func has(_ file: String) -> Bool { path.map { access("\($0)/\(file)", F_OK) == 0 } ?? true }

  /// The lines of a text file.
  func lines(_ file: String) throws(EngineError) -> [String] {
    let storage = try storage(file)
    return withExtendedLifetime(storage) {
      storage.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  func weights(_ stem: String) throws(EngineError) -> Weights {
    let storage = try storage("\(stem).safetensors")
    do { return Weights(try SafetensorsFile(storage)) } catch {
      throw .invalidModel(path: name, reason: "\(stem).safetensors: \(error.message)")
    }
  }

  /// Fails early and clearly when there is no such folder.
  func check() throws(EngineError) {
    guard let path else { return }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw .modelNotFound(path: path) }
  }
}
