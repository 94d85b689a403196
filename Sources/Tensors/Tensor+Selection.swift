/// `x` where the mask is not 0, else `y`; all of one shape.
private struct Select: Operation {
    func shape(of inputs: [Tensor]) -> [Int] { inputs[0].shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.select(inputs[0].storage, inputs[1].storage, inputs[2].storage)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let zeros = Tensor.zeros(gradient.shape, on: gradient.backend)
        return [
            nil, wanted[1] ? Tensor(self, inputs[0], gradient, zeros) : nil,
            wanted[2] ? Tensor(self, inputs[0], zeros, gradient) : nil,
        ]
    }
}

extension Tensor {
    /// `x` where `mask` is not 0, `y` elsewhere, with broadcasting.
    ///
    /// Chooses rather than multiplies, so that a NaN on the side not taken leaks neither into the result nor
    /// into gradients. Replace missing values *before* computing with them: a derivative of NaN times 0 is
    /// NaN again.
    public static func selecting(_ mask: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
        let shape = Broadcast.commonShape(Broadcast.commonShape(mask.shape, x.shape), y.shape)
        return Tensor(
            Select(), mask.detached().repeated(to: shape), x.repeated(to: shape), y.repeated(to: shape))
    }

    /// This tensor with `value` where `mask` is 0.
    public func keeping(where mask: Tensor, else value: Float = 0) -> Tensor {
        .selecting(mask, self, Tensor(value, on: backend))
    }
}
