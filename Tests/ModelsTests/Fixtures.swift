import Foundation
import V2ACheckpoint
import V2AModels
import V2ATensor

/// Files of the repository that the parity tests compare: the exported model and PyTorch's outputs on it.
enum Fixtures {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let model = root.appending(path: "Sources/V2AEngine/Resources/v2a-small")
  static let folder = root.appending(path: "Tests/ModelsTests/Fixtures")

  static func weights(in folder: URL = model, _ stem: String) throws -> Weights {
    Weights(try SafetensorsFile(Storage(path: folder.appending(path: "\(stem).safetensors").path)))
  }

  /// Sizes of the diffusion transformer, from the model's config.json.
  static func diffusion() throws -> DiffusionConfig {
    let configuration = try Storage(path: model.appending(path: "config.json").path)
    return try withExtendedLifetime(configuration) {
      guard let sizes = try JSON.parse(configuration.bytes)["diffusion_transformer"] else { throw CheckpointError.missingTensor(name: "config.json") }
      return try DiffusionConfig(sizes)
    }
  }

  /// A tensor of a fixture file, whatever its shape.
  static func expected(_ stem: String, _ name: String) throws -> [Float] {
    let file = try SafetensorsFile(Storage(path: folder.appending(path: "\(stem).safetensors").path))
    guard let entry = file.entry(name) else { throw CheckpointError.missingTensor(name: name) }
    return try Weights(file).tensor(name, shape: entry.shape).values
  }

  /// scale * sin(step * i + 0.1), the `wave` of make_fixtures.py.
  static func wave(_ count: Int, _ step: Double, _ scale: Double = 1) -> [Float] {
    (0..<count).map { Float(scale * sin(step * Double($0) + 0.1)) }
  }
}

/// |a - b| / |b|
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count, !a.isEmpty else { return .infinity }
  var difference = 0.0, norm = 0.0
  for (x, y) in zip(a, b) {
    difference += Double(x - y) * Double(x - y)
    norm += Double(y) * Double(y)
  }
  return (difference / max(norm, 1e-30)).squareRoot()
}
