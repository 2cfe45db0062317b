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
