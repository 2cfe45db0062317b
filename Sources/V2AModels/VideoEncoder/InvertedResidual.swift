import V2ACheckpoint
import V2ALayers
import V2ATensor

/// Expand 1x1, depthwise k x k, project 1x1; the input is added where shapes allow.
struct InvertedResidual: Sendable {
  let expand: Linear?
  let depthwise: DepthwiseConv2d
  let project: Linear
  let stride: Int
  let residual: Bool

  init(
    _ weights: Weights, _ input: Int, _ output: Int, kernel: Int, stride: Int, expansion: Int, padding: DepthwiseConv2d.Padding = .same,
    precision: Precision
  ) throws(CheckpointError) {
    let hidden = input * expansion
    self.stride = stride
    residual = stride == 1 && input == output
    expand = expansion == 1 ? nil : try Linear(pointwise: weights.at("expand"), input, hidden, precision: precision)
    depthwise = try DepthwiseConv2d(weights.at("depthwise"), hidden, kernel: kernel, stride: stride, padding: padding)
    project = try Linear(pointwise: weights.at("project"), hidden, output, precision: precision)
  }
}
