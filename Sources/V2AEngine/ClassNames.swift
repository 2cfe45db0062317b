import V2AModels

/// What the classifier's classes are called: line k of class_names.txt is class k. A model folder may do without the file.
struct ClassNames: Sendable {
  static let file = "class_names.txt"
  private let names: [String]

  init(_ folder: ModelFolder) throws(EngineError) {
    guard folder.has(Self.file) else {
      names = []
      return
    }
    names = try folder.lines(Self.file)
    guard names.count == FrameEncoder.classes else {
      throw .invalidModel(path: folder.name, reason: "\(Self.file) has \(names.count) names for \(FrameEncoder.classes) classes")
    }
  }

  subscript(index: Int) -> String { names.indices.contains(index) ? names[index] : "class \(index)" }
}
