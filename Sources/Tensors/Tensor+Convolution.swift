/// Cross-correlation of images `[N, H, W, C]` with weights `[K, R, S, C]`.
///
/// The three operators of a convolution are each other's derivatives, so any order of them exists.
private struct Convolution: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.outputShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolution(inputs[0].storage, inputs[1].storage, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [
            wanted[0] ? Tensor(InputGradient(geometry: geometry), gradient, inputs[1]) : nil,
            wanted[1] ? Tensor(WeightGradient(geometry: geometry), inputs[0], gradient) : nil,
        ]
    }
}

/// The adjoint of a convolution in its images, from results `[N, P, Q, K]` and weights.
private struct InputGradient: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.inputShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolutionInputGradient(inputs[0].storage, inputs[1].storage, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [
            wanted[0] ? Tensor(Convolution(geometry: geometry), gradient, inputs[1]) : nil,
            wanted[1] ? Tensor(WeightGradient(geometry: geometry), gradient, inputs[0]) : nil,
        ]
    }
}

/// The adjoint of a convolution in its weights, from images and results.
private struct WeightGradient: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.weightShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolutionWeightGradient(inputs[0].storage, inputs[1].storage, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [
            wanted[0] ? Tensor(InputGradient(geometry: geometry), inputs[1], gradient) : nil,
            wanted[1] ? Tensor(Convolution(geometry: geometry), inputs[0], gradient) : nil,
        ]
    }
}

extension Tensor {
    /// The convolution (cross-correlation) of images `[N, H, W, C]` with weights `[K, R, S, C]`.
    ///
    /// - Returns: `[N, P, Q, K]`, `P = (H + 2 padding - R) / stride + 1`.
    public func convolved(with weight: Tensor, stride: PlaneSize = 1, padding: PlaneSize = 0) -> Tensor {
        precondition(
            rank == 4 && weight.rank == 4 && shape[3] == weight.shape[3],
            "convolution: images \(shape), weights \(weight.shape); expected [N,H,W,C] and [K,R,S,C]")
        let geometry = ConvolutionGeometry(
            images: shape[0], inputSize: PlaneSize(height: shape[1], width: shape[2]),
            inputChannels: shape[3], kernelSize: PlaneSize(height: weight.shape[1], width: weight.shape[2]),
            outputChannels: weight.shape[0], stride: stride, padding: padding)
        return Tensor(Convolution(geometry: geometry), self, weight)
    }

    /// The transposed convolution of images `[N, H, W, K]` with weights `[K, R, S, C]`: the adjoint of the
    /// convolution that has these weights.
    ///
    /// - Parameters:
    ///   - weight: `[input channels, R, S, output channels]`.
    ///   - stride: Step between windows in the result.
    ///   - padding: Rows and columns cut off each side of the result.
    ///   - outputPadding: Rows and columns added at the end of the result; less than the stride.
    /// - Returns: `[N, (H - 1) stride - 2 padding + R + output padding, ..., C]`.
    public func transposedConvolution(
        with weight: Tensor, stride: PlaneSize = 1, padding: PlaneSize = 0, outputPadding: PlaneSize = 0
    ) -> Tensor {
        precondition(
            rank == 4 && weight.rank == 4 && shape[3] == weight.shape[0],
            "transposed convolution: images \(shape), weights \(weight.shape); expected [N,H,W,K], [K,R,S,C]")
        precondition(
            outputPadding.height < stride.height && outputPadding.width < stride.width
                && shape[1] > 0 && shape[2] > 0,
            "transposed convolution: output padding \(outputPadding) must be below the stride \(stride)")
        let size = PlaneSize(
            height: (shape[1] - 1) * stride.height - 2 * padding.height + weight.shape[1]
                + outputPadding.height,
            width: (shape[2] - 1) * stride.width - 2 * padding.width + weight.shape[2] + outputPadding.width)
        let geometry = ConvolutionGeometry(
            images: shape[0], inputSize: size, inputChannels: weight.shape[3],
            kernelSize: PlaneSize(height: weight.shape[1], width: weight.shape[2]),
            outputChannels: weight.shape[0], stride: stride, padding: padding)
        precondition(
            geometry.outputShape == shape,
            "transposed convolution: images \(shape) do not come from \(geometry.inputShape)")
        return Tensor(InputGradient(geometry: geometry), self, weight)
    }
}
