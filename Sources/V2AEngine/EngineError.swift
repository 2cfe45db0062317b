import V2ACheckpoint

/// Why there is no sound, in words for the user.
public enum EngineError: Error, Sendable, Equatable {
  case modelNotFound(path: String)
  case invalidModel(path: String, reason: String)
  case invalidSetting(name: String, reason: String)
  /// The model produced NaN or infinity in the named stage.
  case notFinite(stage: String)
  case cancelled

  public var message: String {
    switch self {
    case .modelNotFound(let path): "no model at \(path)"
    case .invalidModel(let path, let reason): "the model at \(path) cannot be used: \(reason)"
    case .invalidSetting(let name, let reason): "\(name) \(reason)"
    case .notFinite(let stage): "the model computed NaN or infinity in the \(stage)"
    case .cancelled: "cancelled"
    }
  }
}
