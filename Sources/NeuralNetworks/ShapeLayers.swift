public import Tensors

/// Images resized bilinearly with half-pixel centres.
public struct BilinearResize: Layer, Sendable {
    /// Size after.
    public let size: PlaneSize

    /// A resize to a size.
    public init(to size: PlaneSize) { self.size = size }

    /// The resized batch.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input.resizedBilinearly(to: size)
    }
}

/// One row for each image: `[N, H, W, C]` to `[N, H W C]`.
public struct Flatten: Layer, Sendable {
    /// A flattening.
    public init() {}

    /// The batch as rows.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input.flattened() }
}

/// Each row as an array of a shape.
public struct Reshape: Layer, Sendable {
    /// Shape of one item, without the batch.
    public let itemShape: [Int]

    /// A reshaping of items.
    public init(to itemShape: [Int]) { self.itemShape = itemShape }

    /// The batch `[N, itemShape]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input.reshaped([input.shape[0]] + itemShape)
    }
}
