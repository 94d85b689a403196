/// `op(a) op(b)`, `op` the identity or the transpose.
private struct Product: Operation {
    let transposesLeft: Bool
    let transposesRight: Bool

    func sizes(_ inputs: [Tensor]) -> MatrixProduct {
        let (a, b) = (inputs[0].shape, inputs[1].shape)
        return MatrixProduct(
            rows: a[transposesLeft ? 1 : 0], columns: b[transposesRight ? 0 : 1],
            depth: a[transposesLeft ? 0 : 1], transposesLeft: transposesLeft, transposesRight: transposesRight
        )
    }

    func shape(of inputs: [Tensor]) -> [Int] {
        let sizes = sizes(inputs)
        return [sizes.rows, sizes.columns]
    }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.matrixProduct(inputs[0].storage, inputs[1].storage, sizes(inputs))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let (a, b) = (inputs[0], inputs[1])
        func product(_ x: Tensor, _ left: Bool, _ y: Tensor, _ right: Bool) -> Tensor {
            x.matrixProduct(y, transposingSelf: left, transposingOther: right)
        }
        // With G the gradient of C = A B: dA = G B', dB = A' G; a transposed factor gets the transpose.
        let left: Tensor? =
            !wanted[0]
            ? nil
            : transposesLeft
                ? product(b, transposesRight, gradient, true) : product(gradient, false, b, !transposesRight)
        let right: Tensor? =
            !wanted[1]
            ? nil
            : transposesRight
                ? product(gradient, true, a, transposesLeft) : product(a, !transposesLeft, gradient, false)
        return [left, right]
    }
}

extension Tensor {
    /// The product of two matrices, `[rows, depth] x [depth, columns]`, each transposed first if asked.
    public func matrixProduct(
        _ other: Tensor, transposingSelf: Bool = false, transposingOther: Bool = false
    ) -> Tensor {
        precondition(
            rank == 2 && other.rank == 2
                && shape[transposingSelf ? 0 : 1] == other.shape[transposingOther ? 1 : 0],
            """
            matrix product: \(shape)\(transposingSelf ? "^T" : "") times \
            \(other.shape)\(transposingOther ? "^T" : "")
            """)
        return Tensor(
            Product(transposesLeft: transposingSelf, transposesRight: transposingOther), self, other)
    }
}
