import V2ACheckpoint

/// Sizes of the diffusion transformer, from config.json.
public struct DiffusionConfig: Sendable, Equatable {
  public var latent = Codec.latent
  /// The last of them, for which the network predicts the data instead of the velocity.
  public var slots = Partials.slots
  public var motion = MotionEncoder.token
  public var text = 384
  public var width = 256
  public var depth = 6
  public var heads = 4
  public var mlp = 4
  /// Largest guidance scale that is built in (`Conditions.scale`); 0: none is.
  public var guidance: Float = 0

  public init() {}

  /// Reads `json["diffusion_transformer"]`; sizes outside what the engine was built for are errors.
  public init(_ json: JSON) throws(CheckpointError) {
    func size(_ key: String, _ range: ClosedRange<Int>) throws(CheckpointError) -> Int {
      guard let value = json[key]?.integer, range.contains(value) else {
        throw .badConfiguration(key: "diffusion_transformer.\(key)", reason: "must be a whole number in \(range)")
      }
      return value
    }
    latent = try size("latent", Codec.latent...Codec.latent)
    slots = try size("slots", Partials.slots...Partials.slots)
    motion = try size("motion", MotionEncoder.token...MotionEncoder.token)
    text = try size("text", 384...384)
    width = try size("width", 32...4096)
    depth = try size("depth", 1...64)
    heads = try size("heads", 1...64)
    mlp = try size("mlp", 1...8)
    if let value = json["guidance"] {
      guard let limit = value.number, limit == 0 || (1...100).contains(limit) else {
        throw .badConfiguration(key: "diffusion_transformer.guidance", reason: "must be 0 or a number in 1...100")
      }
      guidance = Float(limit)
    }
    guard width % (2 * heads) == 0 else {
      throw .badConfiguration(key: "diffusion_transformer.width", reason: "must be a multiple of twice the heads")
    }
  }
}
