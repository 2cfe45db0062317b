import Synchronization
import V2ACheckpoint
import V2AModels
import V2ATensor

/// All networks of a model, immutable: one copy serves every element of the process that names the same folder.
public final class VideoToAudioModel: Sendable {
  let configuration: ModelConfiguration
  let frameEncoder: FrameEncoder
  /// nil where the model has none.
  let personDetector: PersonDetector?
  let motionEncoder: MotionEncoder
  let textEncoder: TextEncoder
  let tokenizer: WordPieceTokenizer
  /// Unit embedding of how each ImageNet class sounds [1000, 384].
  let visualPrompts: Tensor
  /// 1 for the classes that somebody is taken for [1000]; nil where the model does not say.
  let people: [Float]?
  let spokenOf: SpokenOf
  let classNames: ClassNames
  let knownPhrases: KnownPhrases
  let transformer: DiffusionTransformer
  let decoder: AudioDecoder
  /// nil where the model has none.
  let ceiling: Ceiling?
  /// How loud the ambience of a picture that says nothing may be.
  let hush: Ceiling?

  private final class Entry {
    weak var model: VideoToAudioModel?
    init(_ model: VideoToAudioModel) { self.model = model }
  }

  private struct Cache: ~Copyable {
    var models: [String: Entry] = [:]
  }

  private static let cache = Mutex(Cache())

  /// Loads a model folder (nil: the embedded model), or shares the one that is already loaded.
  public static func load(folder: String?) throws(EngineError) -> VideoToAudioModel {
    // The lock is held while loading, so that two elements that start together load once.
    let result = cache.withLock { cache -> Result<VideoToAudioModel, EngineError> in
      let key = folder ?? ""
      if let model = cache.models[key]?.model { return .success(model) }
      cache.models = cache.models.filter { $0.value.model != nil }
      do throws(EngineError) {
        let model = try VideoToAudioModel(ModelFolder(path: folder))
        cache.models[key] = Entry(model)
        return .success(model)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(_ folder: ModelFolder) throws(EngineError) {
    try folder.check()
    let json = try folder.storage("config.json")
    do throws(CheckpointError) {
      configuration = try ModelConfiguration(try JSON.parse(json.bytes))
    } catch {
      throw .invalidModel(path: folder.name, reason: "config.json: \(error.message)")
    }
    frameEncoder = try folder.load("frame_encoder") { w throws(CheckpointError) in try FrameEncoder(w) }
    personDetector =
      folder.has("person_detector.safetensors")
      ? try folder.load("person_detector") { w throws(CheckpointError) in try PersonDetector(w) } : nil
    motionEncoder = try folder.load("motion_encoder") { w throws(CheckpointError) in try MotionEncoder(w) }
    textEncoder = try folder.load("text_encoder") { w throws(CheckpointError) in try TextEncoder(w) }
    (visualPrompts, people, spokenOf) = try folder.load("visual_prompts") { w throws(CheckpointError) in
      (
        try w.tensor("table", shape: [FrameEncoder.classes, TextEncoder.width]),
        w.contains("people") ? try w.tensor("people", shape: [FrameEncoder.classes]).values : nil, try SpokenOf(w.at("eventful"))
      )
    }
    let c = configuration
    transformer = try folder.load("diffusion_transformer") { w throws(CheckpointError) in
      try DiffusionTransformer(w, c.transformer, precision: .preferred)
    }
    decoder = try folder.load("audio_decoder") { w throws(CheckpointError) in
      try AudioDecoder(w, width: c.decoderWidth, depth: c.decoderDepth, inner: c.decoderInner)
    }
    ceiling = c.ceiling.map(decoder.ceiling)
    hush = c.hush.map(decoder.ceiling)
    classNames = try ClassNames(folder)
    knownPhrases = try KnownPhrases(folder)
    let vocabulary = try folder.storage("vocab.txt")
    do throws(CheckpointError) {
      tokenizer = try WordPieceTokenizer(vocabulary)
    } catch {
      throw .invalidModel(path: folder.name, reason: error.message)
    }
  }

  /// Settings that the model recommends.
  public var defaults: SoundtrackSettings { configuration.defaults }

  /// A generator for one stream.
  public func makeSoundtrack(_ settings: SoundtrackSettings) throws(EngineError) -> any SoundtrackGenerator {
    try settings.validate()
    return Soundtrack(model: self, settings: settings)
  }
}

extension ModelFolder {
  func load<T>(_ stem: String, _ make: (Weights) throws(CheckpointError) -> T) throws(EngineError) -> T {
    let weights = try weights(stem)
    do throws(CheckpointError) { return try make(weights) } catch {
      throw .invalidModel(path: name, reason: "\(stem).safetensors: \(error.message)")
    }
  }
}
