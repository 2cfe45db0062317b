import ArgumentParser
import V2ACheckpoint

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the tensors of a safetensors file.")

  @Argument(help: "A .safetensors file.") var file: String

  func run() throws {
    do throws(CheckpointError) {
      let checkpoint = try SafetensorsFile(Storage(path: file))
      var values = 0, bytes = 0
      for entry in checkpoint.entries {
        print("\(entry.type.rawValue)\t\(entry.shape)\t\(entry.name)")
        values += entry.shape.reduce(1, *)
        bytes += entry.size
      }
      print("\(checkpoint.entries.count) tensors, \(values) values, \(bytes) bytes")
    } catch {
      throw ValidationError("\(file): \(error.message)")
    }
  }
}
