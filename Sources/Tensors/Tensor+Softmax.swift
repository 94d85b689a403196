/// Softmax of each row of a matrix, or its logarithm.
private struct Softmax: Operation {
    let logarithm: Bool

    func shape(of inputs: [Tensor]) -> [Int] { inputs[0].shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.softmax(
            inputs[0].storage, rows: inputs[0].shape[0], columns: inputs[0].shape[1], logarithm: logarithm)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        if logarithm {
            let total = gradient.sum(alongAxes: [1], keepingDimensions: true)
            return [gradient - output.exponential() * total]
        }
        let total = (gradient * output).sum(alongAxes: [1], keepingDimensions: true)
        return [output * (gradient - total)]
    }
}

extension Tensor {
    /// `e^x / sum e^x` along the last axis.
    public func softmax() -> Tensor { rows { Tensor(Softmax(logarithm: false), $0) } }

    /// `x - ln sum e^x` along the last axis.
    public func logSoftmax() -> Tensor { rows { Tensor(Softmax(logarithm: true), $0) } }

    /// Applies an operator on matrices to the last axis.
    private func rows(_ apply: (Tensor) -> Tensor) -> Tensor {
        precondition(rank >= 1 && shape[rank - 1] > 0, "softmax: shape \(shape) has no last axis")
        let columns = shape[rank - 1]
        return apply(reshaped([count / columns, columns])).reshaped(shape)
    }
}
