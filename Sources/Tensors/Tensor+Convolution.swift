/// Cross-correlation of images `[N, H, W, C]` with weights `[K, R, S, C]`, plus a bias `[K]` as third input.
///
/// The three operators of a convolution are each other's derivatives, so any order of them exists.
private struct Convolution: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.outputShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolution(
            inputs[0].storage, inputs[1].storage, bias: inputs.count > 2 ? inputs[2].storage : nil, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let images =
            wanted[0] ? Tensor(InputGradient(geometry: geometry), gradient, inputs[1]) : nil
        return [images]
            + parameterGradients(
                geometry, x: inputs[0], gradient: gradient, wanted: wanted, biasSide: .results)
    }
}

/// The adjoint of a convolution in its images, from results `[N, P, Q, K]` and weights; plus a bias `[C]` as
/// third input.
private struct InputGradient: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.inputShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolutionInputGradient(
            inputs[0].storage, inputs[1].storage, bias: inputs.count > 2 ? inputs[2].storage : nil, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let results = wanted[0] ? Tensor(Convolution(geometry: geometry), gradient, inputs[1]) : nil
        return [results]
            + parameterGradients(
                geometry, x: gradient, gradient: inputs[0], wanted: wanted, biasSide: .images)
    }
}

/// The gradients of weights and bias of a convolution or its adjoint; one pass over memory does both when
/// nobody differentiates again.
private func parameterGradients(
    _ geometry: ConvolutionGeometry, x: Tensor, gradient: Tensor, wanted: [Bool], biasSide: ConvolutionSide
) -> [Tensor?] {
    let side = biasSide == .images ? x : gradient
    let wantsBias = wanted.count > 2 && wanted[2]
    if !wanted[1] || isAnyTracked([x, gradient]) {
        let weight = wanted[1] ? Tensor(WeightGradient(geometry: geometry), x, gradient) : nil
        return wanted.count > 2 ? [weight, wantsBias ? side.sum(alongAxes: [0, 1, 2]) : nil] : [weight]
    }
    let parts = x.backend.convolutionWeightGradient(
        x.storage, gradient.storage, geometry, summing: wantsBias ? biasSide : nil)
    let weight = Tensor(shape: geometry.weightShape, storage: parts.weight, backend: x.backend)
    let bias = parts.channelSums.map { Tensor(shape: [side.shape[3]], storage: $0, backend: x.backend) }
    return wanted.count > 2 ? [weight, bias] : [weight]
}

/// The adjoint of a convolution in its weights, from images and results.
private struct WeightGradient: Operation {
    let geometry: ConvolutionGeometry

    func shape(of inputs: [Tensor]) -> [Int] { geometry.weightShape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.convolutionWeightGradient(inputs[0].storage, inputs[1].storage, geometry, summing: nil).weight
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [
            wanted[0] ? Tensor(InputGradient(geometry: geometry), inputs[1], gradient) : nil,
            wanted[1] ? Tensor(Convolution(geometry: geometry), inputs[0], gradient) : nil,
        ]
    }
}

extension Tensor {
    /// The convolution (cross-correlation) of images `[N, H, W, C]` with weights `[K, R, S, C]`, plus a bias
    /// `[K]` if there is one.
    ///
    /// - Returns: `[N, P, Q, K]`, `P = (H + 2 padding - R) / stride + 1`.
    public func convolved(
        with weight: Tensor, bias: Tensor? = nil, stride: PlaneSize = 1, padding: PlaneSize = 0
    ) -> Tensor {
        precondition(
            rank == 4 && weight.rank == 4 && shape[3] == weight.shape[3],
            "convolution: images \(shape), weights \(weight.shape); expected [N,H,W,C] and [K,R,S,C]")
        precondition(
            bias.map { $0.shape == [weight.shape[0]] } ?? true,
            "convolution: bias \(bias?.shape ?? []) for weights \(weight.shape)")
        let geometry = ConvolutionGeometry(
            images: shape[0], inputSize: PlaneSize(height: shape[1], width: shape[2]),
            inputChannels: shape[3], kernelSize: PlaneSize(height: weight.shape[1], width: weight.shape[2]),
            outputChannels: weight.shape[0], stride: stride, padding: padding)
        return Tensor(Convolution(geometry: geometry), [self, weight] + (bias.map { [$0] } ?? []))
    }

    /// The transposed convolution of images `[N, H, W, K]` with weights `[K, R, S, C]`: the adjoint of the
    /// convolution that has these weights.
    ///
    /// - Parameters:
    ///   - weight: `[input channels, R, S, output channels]`.
    ///   - bias: Added to each channel of the result, `[output channels]`.
    ///   - stride: Step between windows in the result.
    ///   - padding: Rows and columns cut off each side of the result.
    ///   - outputPadding: Rows and columns added at the end of the result; less than the stride.
    /// - Returns: `[N, (H - 1) stride - 2 padding + R + output padding, ..., C]`.
    public func transposedConvolution(
        with weight: Tensor, bias: Tensor? = nil, stride: PlaneSize = 1, padding: PlaneSize = 0,
        outputPadding: PlaneSize = 0
    ) -> Tensor {
        precondition(
            bias.map { $0.shape == [weight.shape[3]] } ?? true,
            "transposed convolution: bias \(bias?.shape ?? []) for weights \(weight.shape)")
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
        return Tensor(InputGradient(geometry: geometry), [self, weight] + (bias.map { [$0] } ?? []))
    }
}
