/// Cosine of the angle between two embeddings of a length; 0 where one of them says nothing.
func cosine(_ a: [Float], _ b: [Float]) -> Float {
  var (product, squareA, squareB) = (Float(0), Float(0), Float(0))
  for (x, y) in zip(a, b) {
    product += x * y
    squareA += x * x
    squareB += y * y
  }
  let lengths = squareA * squareB
  return lengths > 0 ? product / lengths.squareRoot() : 0
}
