import V2ACheckpoint
import V2AModels

#if canImport(Glibc)
  import Glibc
#endif

/// What the classifier's classes are called: line k of class_names.txt is class k. A model folder may do without the file.
struct ClassNames: Sendable {
  static let file = "class_names.txt"
  private let names: [String]

  init(_ folder: ModelFolder) throws(EngineError) {
    if let path = folder.path, access("\(path)/\(Self.file)", F_OK) != 0 {
      names = []
      return
    }
    let storage = try folder.storage(Self.file)
    names = withExtendedLifetime(storage) {
      storage.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
    guard names.count == FrameEncoder.classes else {
      throw .invalidModel(path: folder.name, reason: "\(Self.file) has \(names.count) names for \(FrameEncoder.classes) classes")
    }
  }

  subscript(index: Int) -> String { names.indices.contains(index) ? names[index] : "class \(index)" }
}
