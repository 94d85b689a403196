/// What runs the operators: each forward computation is one function here, and nothing else touches memory.
///
/// Sizes arrive checked; all arrays are dense, row-major float32. Results depend on the inputs alone, never
/// on the number of threads.
public protocol Backend: AnyObject, Sendable {
    /// A copy of `values`.
    func storage(copying values: UnsafeBufferPointer<Float>) -> any TensorStorage

    /// `count` numbers that `fill` writes.
    func storage(
        count: Int, filling fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows -> any TensorStorage

    /// A copy of the numbers in `storage`.
    func values(of storage: any TensorStorage) -> [Float]

    /// `count` times `value`.
    func filled(_ value: Float, count: Int) -> any TensorStorage

    /// `f(x)` element by element.
    func unary(_ operation: UnaryOperation, _ x: any TensorStorage) -> any TensorStorage

    /// `f(x, y)` element by element, broadcast as `broadcast` says.
    func binary(
        _ operation: BinaryOperation, _ x: any TensorStorage, _ y: any TensorStorage, _ broadcast: Broadcast
    ) -> any TensorStorage

    /// `x` where `mask` is not 0, else `y`; all of one size.
    func select(_ mask: any TensorStorage, _ x: any TensorStorage, _ y: any TensorStorage)
        -> any TensorStorage

    /// The elements of `x` that `view` walks over, in its order.
    func gathered(_ x: any TensorStorage, _ view: StridedView) -> any TensorStorage

    /// `count` zeros, with each part written to the elements its view walks over.
    func placed(_ parts: [(storage: any TensorStorage, view: StridedView)], count: Int) -> any TensorStorage

    /// Sums of `x[outer][middle][inner]` over `middle`, accumulated in double precision.
    func sum(_ x: any TensorStorage, outer: Int, middle: Int, inner: Int) -> any TensorStorage

    /// The sum of `weight (x - y)^2` over all elements, accumulated in double precision; all of one size.
    func squaredDistance(
        _ x: any TensorStorage, _ y: any TensorStorage, weight: (any TensorStorage)?
    ) -> any TensorStorage

    /// `factor weight (x - y)` element by element, `factor` a single number.
    func scaledDifference(
        _ x: any TensorStorage, _ y: any TensorStorage, weight: (any TensorStorage)?,
        factor: any TensorStorage
    ) -> any TensorStorage

    /// Largest of each row of `x[rows][columns]`; NaN if one is NaN.
    func rowMaximum(_ x: any TensorStorage, rows: Int, columns: Int) -> any TensorStorage

    /// Softmax of each row of `x[rows][columns]`, or its logarithm.
    func softmax(_ x: any TensorStorage, rows: Int, columns: Int, logarithm: Bool) -> any TensorStorage

    /// The matrix product that `product` describes.
    func matrixProduct(_ a: any TensorStorage, _ b: any TensorStorage, _ product: MatrixProduct)
        -> any TensorStorage

    /// Cross-correlation of images with weights, plus a bias for each output channel if there is one.
    func convolution(
        _ x: any TensorStorage, _ weight: any TensorStorage, bias: (any TensorStorage)?,
        _ geometry: ConvolutionGeometry
    ) -> any TensorStorage

    /// The adjoint of `convolution` in its images: a transposed convolution, plus a bias for each of its output
    /// channels (the input channels of the convolution) if there is one.
    func convolutionInputGradient(
        _ gradient: any TensorStorage, _ weight: any TensorStorage, bias: (any TensorStorage)?,
        _ geometry: ConvolutionGeometry
    ) -> any TensorStorage

    /// The adjoint of `convolution` in its weights, and if asked the sums over pixels of one side's channels:
    /// the gradient of the bias.
    func convolutionWeightGradient(
        _ x: any TensorStorage, _ gradient: any TensorStorage, _ geometry: ConvolutionGeometry,
        summing side: ConvolutionSide?
    ) -> ConvolutionWeightGradient

    /// Bilinear resize of images with half-pixel centres.
    func bilinear(_ x: any TensorStorage, _ geometry: ResizeGeometry) -> any TensorStorage

    /// The adjoint of `bilinear`.
    func bilinearAdjoint(_ gradient: any TensorStorage, _ geometry: ResizeGeometry) -> any TensorStorage

    /// Mean and biased variance of each channel of `x[rows][channels]`.
    func channelMoments(_ x: any TensorStorage, rows: Int, channels: Int) -> ChannelMoments

    /// `x scale + shift` for each channel, with a ReLU behind it if `rectified`.
    func channelAffine(
        _ x: any TensorStorage, scale: any TensorStorage, shift: any TensorStorage, rows: Int, channels: Int,
        rectified: Bool
    ) -> any TensorStorage

    /// The gradients of `batch norm [+ ReLU]` with respect to images, weight and bias.
    func batchNormGradients(
        _ gradient: any TensorStorage, _ x: any TensorStorage, _ constants: BatchNormConstants, rows: Int,
        channels: Int, rectified: Bool
    ) -> BatchNormGradients

    /// One step of Adam.
    func adamStep(_ state: AdamArrays, gradient: any TensorStorage, _ constants: AdamConstants) -> AdamArrays

    /// The sum of squares, in double precision.
    func sumOfSquares(_ x: any TensorStorage) -> Double
}

/// One of the two tensors that a convolution stands between.
public enum ConvolutionSide: Sendable {
    /// What it reads, `[N, H, W, C]`.
    case images
    /// What it makes, `[N, P, Q, K]`.
    case results
}

/// The gradient of a convolution's weights, and the sums of one side's channels if they were asked for.
public struct ConvolutionWeightGradient: Sendable {
    /// With respect to the weights, `[K, R, S, C]`.
    public var weight: any TensorStorage
    /// Sums over images and pixels of each channel.
    public var channelSums: (any TensorStorage)?

    /// Gradients of given storage.
    public init(weight: any TensorStorage, channelSums: (any TensorStorage)?) {
        self.weight = weight
        self.channelSums = channelSums
    }
}

/// Mean and variance of each channel, and what batch normalisation derives from them.
public struct ChannelMoments: Sendable {
    /// Mean of each channel.
    public var mean: any TensorStorage
    /// Mean squared deviation of each channel (divided by the number of rows).
    public var variance: any TensorStorage

    /// Moments of given storage.
    public init(mean: any TensorStorage, variance: any TensorStorage) {
        self.mean = mean
        self.variance = variance
    }
}

/// What a batch normalisation computed forward and needs backward, each one number a channel.
public struct BatchNormConstants: Sendable {
    /// Weight over standard deviation.
    public var scale: any TensorStorage
    /// Bias minus mean times scale.
    public var shift: any TensorStorage
    /// Mean over the batch.
    public var mean: any TensorStorage
    /// One over the standard deviation.
    public var inverseDeviation: any TensorStorage

    /// Constants of given storage.
    public init(
        scale: any TensorStorage, shift: any TensorStorage, mean: any TensorStorage,
        inverseDeviation: any TensorStorage
    ) {
        self.scale = scale
        self.shift = shift
        self.mean = mean
        self.inverseDeviation = inverseDeviation
    }
}

/// Gradients of a batch normalisation.
public struct BatchNormGradients: Sendable {
    /// With respect to the images.
    public var input: any TensorStorage
    /// With respect to the weight of each channel.
    public var weight: any TensorStorage
    /// With respect to the bias of each channel.
    public var bias: any TensorStorage

    /// Gradients of given storage.
    public init(input: any TensorStorage, weight: any TensorStorage, bias: any TensorStorage) {
        self.input = input
        self.weight = weight
        self.bias = bias
    }
}

/// A parameter with Adam's two moments.
public struct AdamArrays: Sendable {
    /// The parameter.
    public var parameter: any TensorStorage
    /// Running mean of the gradient.
    public var firstMoment: any TensorStorage
    /// Running mean of the squared gradient.
    public var secondMoment: any TensorStorage

    /// Arrays of given storage.
    public init(
        parameter: any TensorStorage, firstMoment: any TensorStorage, secondMoment: any TensorStorage
    ) {
        self.parameter = parameter
        self.firstMoment = firstMoment
        self.secondMoment = secondMoment
    }
}

/// The numbers of one Adam step (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019, algorithm 2).
public struct AdamConstants: Sendable {
    /// Factor on the gradient, as clipping sets it.
    public var gradientScale: Float
    /// Coupled weight decay: `decay * parameter` is added to the gradient.
    public var decay: Float
    /// Decoupled weight decay: the parameter is multiplied by this first.
    public var keep: Float
    /// `1 - beta1`, the share of the gradient in the first moment.
    public var firstShare: Float
    /// Decay rate of the second moment.
    public var beta2: Float
    /// `1 - beta2`, rounded from double precision: in single precision it would be off by 1e-5.
    public var secondShare: Float
    /// Learning rate over `1 - beta1^t`.
    public var rate: Float
    /// `1 / sqrt(1 - beta2^t)`.
    public var rootCorrection: Float
    /// Added to the root of the second moment.
    public var epsilon: Float

    /// Constants of one step.
    public init(
        gradientScale: Float, decay: Float, keep: Float, firstShare: Float, beta2: Float, secondShare: Float,
        rate: Float,
        rootCorrection: Float, epsilon: Float
    ) {
        self.gradientScale = gradientScale
        self.decay = decay
        self.keep = keep
        self.firstShare = firstShare
        self.beta2 = beta2
        self.secondShare = secondShare
        self.rate = rate
        self.rootCorrection = rootCorrection
        self.epsilon = epsilon
    }
}
