/// Sizes of a convolution: images `[N, H, W, C]`, weights `[K, R, S, C]`, results `[N, P, Q, K]`.
public struct ConvolutionGeometry: Sendable, Hashable {
    /// Number of images.
    public var images: Int
    /// Image size.
    public var inputSize: PlaneSize
    /// Channels of an image.
    public var inputChannels: Int
    /// Window size.
    public var kernelSize: PlaneSize
    /// Channels of a result.
    public var outputChannels: Int
    /// Step between windows.
    public var stride: PlaneSize
    /// Zeros added on each side.
    public var padding: PlaneSize

    /// Sizes of a convolution; the window must fit into the padded image.
    public init(
        images: Int, inputSize: PlaneSize, inputChannels: Int, kernelSize: PlaneSize, outputChannels: Int,
        stride: PlaneSize, padding: PlaneSize
    ) {
        precondition(
            stride.height > 0 && stride.width > 0 && padding.height >= 0 && padding.width >= 0,
            "convolution: stride \(stride) must be positive, padding \(padding) not negative")
        precondition(
            kernelSize.height > 0 && kernelSize.width > 0
                && inputSize.height + 2 * padding.height >= kernelSize.height
                && inputSize.width + 2 * padding.width >= kernelSize.width,
            "convolution: window \(kernelSize) does not fit into \(inputSize) padded by \(padding)")
        self.images = images
        self.inputSize = inputSize
        self.inputChannels = inputChannels
        self.kernelSize = kernelSize
        self.outputChannels = outputChannels
        self.stride = stride
        self.padding = padding
    }

    /// Size of a result: `(H + 2 padding - R) / stride + 1`.
    public var outputSize: PlaneSize {
        PlaneSize(
            height: (inputSize.height + 2 * padding.height - kernelSize.height) / stride.height + 1,
            width: (inputSize.width + 2 * padding.width - kernelSize.width) / stride.width + 1)
    }

    /// Shape of the images.
    public var inputShape: [Int] { [images, inputSize.height, inputSize.width, inputChannels] }

    /// Shape of the weights.
    public var weightShape: [Int] { [outputChannels, kernelSize.height, kernelSize.width, inputChannels] }

    /// Shape of the results.
    public var outputShape: [Int] { [images, outputSize.height, outputSize.width, outputChannels] }
}

/// Sizes of a bilinear resize of images `[N, H, W, C]`.
public struct ResizeGeometry: Sendable, Hashable {
    /// Number of images.
    public var images: Int
    /// Channels of an image.
    public var channels: Int
    /// Size before.
    public var inputSize: PlaneSize
    /// Size after.
    public var outputSize: PlaneSize

    /// Sizes of a resize; none may be 0.
    public init(images: Int, channels: Int, inputSize: PlaneSize, outputSize: PlaneSize) {
        precondition(
            inputSize.count > 0 && outputSize.count > 0,
            "bilinear resize: sizes must be positive, got \(inputSize) to \(outputSize)")
        self.images = images
        self.channels = channels
        self.inputSize = inputSize
        self.outputSize = outputSize
    }
}

/// Height and width of an image, a window, a stride or a padding, in pixels.
public struct PlaneSize: Sendable, Hashable, Codable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// A size.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    public init(_ side: Int) { self.init(height: side, width: side) }

    /// A square.
    public init(integerLiteral side: Int) { self.init(side) }

    /// Number of pixels.
    public var count: Int { height * width }

    /// Height and width, as in `3x5`.
    public var description: String { "\(height)x\(width)" }
}

/// Sizes of a matrix product `op(a) op(b)`, `[rows, depth] x [depth, columns]`.
public struct MatrixProduct: Sendable, Hashable {
    /// Rows of the result.
    public var rows: Int
    /// Columns of the result.
    public var columns: Int
    /// Length of the sums.
    public var depth: Int
    /// Whether `a` is stored as `[depth, rows]`.
    public var transposesLeft: Bool
    /// Whether `b` is stored as `[columns, depth]`.
    public var transposesRight: Bool

    /// Sizes of a product.
    public init(rows: Int, columns: Int, depth: Int, transposesLeft: Bool, transposesRight: Bool) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.transposesLeft = transposesLeft
        self.transposesRight = transposesRight
    }
}
