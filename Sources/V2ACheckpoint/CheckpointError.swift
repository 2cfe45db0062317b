/// Why a model file cannot be used; every text names what was expected and what was found.
public enum CheckpointError: Error, Sendable, Equatable {
  case unreadable(path: String, reason: String)
  case malformed(reason: String)
  case missingTensor(name: String)
  case wrongShape(name: String, expected: [Int], found: [Int])
  case unsupportedType(name: String, type: String)
  case notFinite(name: String)
  case badConfiguration(key: String, reason: String)

  public var message: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .malformed(let reason): "malformed file: \(reason)"
    case .missingTensor(let name): "tensor \(name) is missing"
    case .wrongShape(let name, let expected, let found): "tensor \(name) has shape \(found), expected \(expected)"
    case .unsupportedType(let name, let type): "tensor \(name) has type \(type), which is not supported"
    case .notFinite(let name): "tensor \(name) holds NaN or infinity"
    case .badConfiguration(let key, let reason): "\(key) \(reason)"
    }
  }
}
