internal import CKernels
internal import Computing

extension CPUBackend {
    /// `f(x)` element by element.
    public func unary(_ operation: UnaryOperation, _ x: any TensorStorage) -> any TensorStorage {
        let (kernel, a, b) = operation.kernel
        if operation == .sigmoid || operation == .hyperbolicTangent, let deferred = x as? DeferredStorage,
            let recipe = deferred.recipe
        {
            // The last layer of a decoder: its gradient takes the output, nobody reads the argument.
            return DeferredStorage(
                UnaryImages(source: recipe, operation: kernel, level: level), cost: .high, on: self)
        }
        let (x, result, level) = (x.onCPU, make(x.count), level)
        forEachChunk(x.count, chunk: Self.elementsPerChunk) { range, _ in
            galatea_unary(
                level, kernel, x.pointer + range.lowerBound, result.pointer + range.lowerBound, range.count,
                a,
                b)
        }
        return result
    }

    /// `f(x, y)` element by element, broadcast as `broadcast` says.
    public func binary(
        _ operation: BinaryOperation, _ x: any TensorStorage, _ y: any TensorStorage, _ broadcast: Broadcast
    ) -> any TensorStorage {
        let (kernel, constant) = operation.kernel
        let plan = BinaryPlan(broadcast)
        let result = make(plan.count)
        if plan.count == 0 { return result }
        if plan.isOneRow, plan.leftColumn == 1, plan.rightColumn == 1,
            let deferred = x as? DeferredStorage, deferred.cost == .low, let recipe = deferred.recipe
        {
            return applied(kernel, constant, to: recipe, y.onCPU, result)
        }
        let (x, y, level) = (x.onCPU, y.onCPU, level)
        if plan.isOneRow {
            forEachChunk(plan.columns, chunk: Self.elementsPerChunk) { range, _ in
                let at = range.lowerBound
                galatea_binary(
                    level, kernel, x.pointer + at * plan.leftColumn, 0, plan.leftColumn,
                    y.pointer + at * plan.rightColumn, 0, plan.rightColumn, result.pointer + at, 1,
                    range.count, constant)
            }
            return result
        }
        forEachChunk(plan.outerCount * plan.rows, chunk: Self.elementsPerChunk / plan.columns) { range, _ in
            plan.forEachBlock(range) { left, right, row, rows in
                galatea_binary(
                    level, kernel, x.pointer + left, plan.leftRow, plan.leftColumn, y.pointer + right,
                    plan.rightRow, plan.rightColumn, result.pointer + row * plan.columns, rows, plan.columns,
                    constant)
            }
        }
        return result
    }

    /// `f(x, y)` where `x` is made part by part, right where the result goes.
    private func applied(
        _ kernel: galatea_binary_operation, _ constant: Float, to x: any ImageRecipe, _ y: CPUStorage,
        _ result: CPUStorage
    ) -> CPUStorage {
        let (layout, level) = (x.layout, level)
        let scratch = PreparedScratch(workers: loop.threads, floats: x.scratchCount, pool: pool) {
            x.prepare($0)
        }
        forEachChunk(layout.images, chunk: 1) { range, worker in
            for image in range {
                let at = image * layout.image
                let place = result.pointer + at
                x.write(image, to: place, rowStep: layout.row, scratch: scratch[worker])
                galatea_binary(
                    level, kernel, place, 0, 1, y.pointer + at, 0, 1, place, 1, layout.image, constant)
            }
        }
        return result
    }

    /// `x` where `mask` is not 0, else `y`; all of one size.
    public func select(
        _ mask: any TensorStorage, _ x: any TensorStorage, _ y: any TensorStorage
    ) -> any TensorStorage {
        let (mask, x, y, result, level) = (mask.onCPU, x.onCPU, y.onCPU, make(x.count), level)
        forEachChunk(x.count, chunk: Self.elementsPerChunk) { range, _ in
            let start = range.lowerBound
            galatea_select(
                level, mask.pointer + start, x.pointer + start, y.pointer + start, result.pointer + start,
                range.count)
        }
        return result
    }

    /// One step of Adam.
    public func adamStep(
        _ state: AdamArrays, gradient: any TensorStorage, _ constants: AdamConstants
    ) -> AdamArrays {
        let count = gradient.count
        let (p, g, m, v) = (
            state.parameter.onCPU, gradient.onCPU, state.firstMoment.onCPU, state.secondMoment.onCPU
        )
        let (pOut, mOut, vOut, level) = (make(count), make(count), make(count), level)
        forEachChunk(count, chunk: Self.elementsPerChunk) { range, _ in
            let at = range.lowerBound
            galatea_adam(
                level, p.pointer + at, g.pointer + at, m.pointer + at, v.pointer + at, pOut.pointer + at,
                mOut.pointer + at, vOut.pointer + at, range.count, constants.gradientScale, constants.decay,
                constants.keep, constants.firstShare, constants.beta2, constants.secondShare, constants.rate,
                constants.rootCorrection,
                constants.epsilon)
        }
        return AdamArrays(parameter: pOut, firstMoment: mOut, secondMoment: vOut)
    }
}

extension UnaryOperation {
    /// The kernel's name for the operation, and its constants.
    fileprivate var kernel: (galatea_unary_operation, Float, Float) {
        switch self {
        case .affine(let scale, let offset): (GALATEA_AFFINE, scale, offset)
        case .reciprocal: (GALATEA_RECIPROCAL, 0, 0)
        case .exponential: (GALATEA_EXP, 0, 0)
        case .logarithm: (GALATEA_LOG, 0, 0)
        case .squareRoot: (GALATEA_SQRT, 0, 0)
        case .square: (GALATEA_SQUARE, 0, 0)
        case .absolute: (GALATEA_ABS, 0, 0)
        case .sign: (GALATEA_SIGN, 0, 0)
        case .hyperbolicTangent: (GALATEA_TANH, 0, 0)
        case .sigmoid: (GALATEA_SIGMOID, 0, 0)
        case .softplus: (GALATEA_SOFTPLUS, 0, 0)
        case .rectifier(let slope): (GALATEA_RECTIFY, slope, 0)
        case .clamp(let range): (GALATEA_CLAMP, range.lowerBound, range.upperBound)
        case .within(let range): (GALATEA_WITHIN, range.lowerBound, range.upperBound)
        case .isFinite: (GALATEA_IS_FINITE, 0, 0)
        }
    }
}

extension BinaryOperation {
    /// The kernel's name for the operation, and its constant.
    fileprivate var kernel: (galatea_binary_operation, Float) {
        switch self {
        case .add: (GALATEA_ADD, 0)
        case .subtract: (GALATEA_SUBTRACT, 0)
        case .multiply: (GALATEA_MULTIPLY, 0)
        case .divide: (GALATEA_DIVIDE, 0)
        case .maximum: (GALATEA_MAXIMUM, 0)
        case .minimum: (GALATEA_MINIMUM, 0)
        case .greater: (GALATEA_GREATER, 0)
        case .greaterOrEqual: (GALATEA_GREATER_OR_EQUAL, 0)
        case .equal: (GALATEA_EQUAL, 0)
        case .rectifierGradient(let slope): (GALATEA_RECTIFIER_GRADIENT, slope)
        case .sigmoidGradient: (GALATEA_SIGMOID_GRADIENT, 0)
        case .hyperbolicTangentGradient: (GALATEA_TANH_GRADIENT, 0)
        }
    }
}

/// A broadcast operation cut into what one kernel call does: rows and columns, repeated over outer axes.
struct BinaryPlan: Sendable {
    /// Total number of results.
    let count: Int
    /// Lengths of the axes outside the kernel's two.
    let outerShape: [Int]
    private let outerLeft: [Int]
    private let outerRight: [Int]
    /// Rows of a kernel call, and the steps from row to row.
    let rows: Int
    let leftRow: Int
    let rightRow: Int
    /// Columns of a kernel call, and the steps from column to column, 0 or 1.
    let columns: Int
    let leftColumn: Int
    let rightColumn: Int
    /// The plan of a broadcast.
    init(_ broadcast: Broadcast) {
        var shape = broadcast.shape
        var left = broadcast.leftStrides
        var right = broadcast.rightStrides
        count = shape.reduce(1, *)
        columns = shape.popLast() ?? 1
        leftColumn = left.popLast() ?? 1
        rightColumn = right.popLast() ?? 1
        rows = shape.popLast() ?? 1
        leftRow = left.popLast() ?? 0
        rightRow = right.popLast() ?? 0
        outerShape = shape
        outerLeft = left
        outerRight = right
    }

    /// Number of repetitions of the kernel's rows.
    var outerCount: Int { outerShape.reduce(1, *) }

    /// Whether a single kernel row does it all.
    var isOneRow: Bool { rows == 1 && outerShape.isEmpty }

    /// Calls `body` for each run of rows within one repetition, with where both arrays start.
    func forEachBlock(
        _ range: Range<Int>, _ body: (_ left: Int, _ right: Int, _ row: Int, _ rows: Int) -> Void
    ) {
        var row = range.lowerBound
        while row < range.upperBound {
            let within = row % rows
            let length = min(rows - within, range.upperBound - row)
            let odometer = Odometer(outerShape, at: row / rows)
            body(
                odometer.offset(outerLeft) + within * leftRow,
                odometer.offset(outerRight) + within * rightRow,
                row, length)
            row += length
        }
    }
}
