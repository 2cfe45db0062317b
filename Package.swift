// swift-tools-version: 6.2
import PackageDescription

let directory = Context.packageDirectory
let baseDevelopmentPackages: SystemPackageProvider = .apt(["libgstreamer1.0-dev", "libgstreamer-plugins-base1.0-dev"])

let package = Package(
  name: "gst-v2a",
  products: [
    // .build/release/libgstv2a.so; GStreamer looks for gst_plugin_v2a_get_desc in a file of that name.
    .library(name: "gstv2a", type: .dynamic, targets: ["V2APlugin"]),
    .executable(name: "v2a-tool", targets: ["v2a-tool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries.
    .systemLibrary(
      name: "CGStreamer", path: "CShim/CGStreamer", pkgConfig: "gstreamer-audio-1.0 gstreamer-video-1.0",
      providers: [baseDevelopmentPackages]),
    .systemLibrary(
      name: "CGstCheck", path: "CShim/CGstCheck", pkgConfig: "gstreamer-check-1.0 gstreamer-controller-1.0",
      providers: [baseDevelopmentPackages]),
    .systemLibrary(
      name: "COpenBLAS", path: "CShim/COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

    // C of our own: what Swift cannot say, and vector kernels.
    .target(name: "CKernels", path: "CShim/Kernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
    .target(
      name: "CEmbeddedModel", path: "CShim/EmbeddedModel",
      cSettings: [
        .define("V2A_MODEL_DIRECTORY", to: "\"\(directory)/Sources/V2AEngine/Resources/v2a-small\"")
      ]),
    .target(name: "CElement", dependencies: ["CGStreamer"], path: "CShim/Element"),
    .target(name: "CPlugin", dependencies: ["CElement", "CGStreamer"], path: "CShim/Plugin", exclude: ["exports.map"]),

    // From pixels to samples.
    .target(name: "V2ATensor", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "V2ACheckpoint", dependencies: ["V2ATensor", "CKernels"]),
    .target(name: "V2ALayers", dependencies: ["V2ATensor", "V2ACheckpoint", "CKernels"]),
    .target(name: "V2AModels", dependencies: ["V2ALayers", "V2ACheckpoint", "V2ATensor", "CKernels"]),
    .target(name: "V2AStreaming"),
    .target(name: "V2AWatermark", dependencies: ["V2ATensor", "CKernels"]),
    .target(
      name: "V2AEngine", dependencies: ["V2AModels", "V2ACheckpoint", "V2AStreaming", "V2ATensor", "V2AWatermark", "CEmbeddedModel"],
      exclude: ["Resources"]),
    .target(name: "V2AElement", dependencies: ["V2AEngine", "V2AStreaming", "V2AWatermark", "CElement", "CGStreamer", "CKernels"]),
    // Link settings of the plugin product only: the Swift runtime inside, two symbols outside, never unloaded.
    .target(
      name: "V2APlugin", dependencies: ["V2AElement", "CPlugin"],
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib",
          "-Xlinker", "--version-script=\(directory)/CShim/Plugin/exports.map",
          "-Xlinker", "-z", "-Xlinker", "nodelete",
        ])
      ]),
    .executableTarget(
      name: "v2a-tool",
      dependencies: [
        "V2AEngine", "V2AModels", "V2ACheckpoint", "V2ATensor", "V2AWatermark", "V2AElement", "CElement",
        "CGStreamer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "TensorTests", dependencies: ["V2ATensor", "CKernels"]),
    .testTarget(name: "CheckpointTests", dependencies: ["V2ACheckpoint", "V2ATensor"]),
    .testTarget(
      name: "ModelsTests", dependencies: ["V2AModels", "V2ALayers", "V2ACheckpoint", "V2ATensor", "V2AEngine"],
      exclude: ["Fixtures"]),
    .testTarget(name: "StreamingTests", dependencies: ["V2AStreaming"]),
    .testTarget(name: "WatermarkTests", dependencies: ["V2AWatermark", "V2ATensor"]),
    .testTarget(name: "EngineTests", dependencies: ["V2AEngine", "V2AStreaming", "V2AModels", "V2ATensor"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ElementTests", dependencies: ["V2AElement", "V2AWatermark", "CElement", "CGStreamer", "CGstCheck"], exclude: ["Fixtures"]),
    // Runs gst-inspect-1.0 and gst-launch-1.0 as children on the real libgstv2a.so of the build folder.
    .testTarget(name: "PluginTests", exclude: ["gst-inspect"]),
  ],
  swiftLanguageModes: [.v6]
)
