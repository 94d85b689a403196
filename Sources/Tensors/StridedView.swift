/// A walk over the elements of an array: `offset + sum_i index_i strides_i` for each index of `shape`.
///
/// Permutations, slices and repetitions (stride 0) are such walks.
public struct StridedView: Sendable, Hashable {
    /// Lengths of the walk's axes, outermost first.
    public var shape: [Int]
    /// Step in the array for each axis.
    public var strides: [Int]
    /// Where the walk starts.
    public var offset: Int

    /// A walk.
    public init(shape: [Int], strides: [Int], offset: Int = 0) {
        precondition(shape.count == strides.count, "StridedView: \(shape) and \(strides) differ in length")
        self.shape = shape
        self.strides = strides
        self.offset = offset
    }

    /// Number of elements walked over.
    public var count: Int { shape.reduce(1, *) }

    /// The same walk with as few axes as possible: neighbouring axes that step as one are joined.
    public var collapsed: StridedView {
        var lengths: [Int] = []
        var steps: [Int] = []
        for (length, step) in zip(shape, strides) where length != 1 {
            if let last = steps.last, last == step * length {
                lengths[lengths.count - 1] *= length
                steps[steps.count - 1] = step
            } else {
                lengths.append(length)
                steps.append(step)
            }
        }
        return StridedView(shape: lengths, strides: steps, offset: offset)
    }

    /// Row-major strides of a dense array.
    public static func denseStrides(_ shape: [Int]) -> [Int] {
        var strides = Array(repeating: 1, count: shape.count)
        for axis in stride(from: shape.count - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        return strides
    }
}

/// How two arrays meet element by element: a common shape and each array's strides over it.
public struct Broadcast: Sendable, Hashable {
    /// Common shape, with neighbouring axes that step as one in both arrays joined.
    public var shape: [Int]
    /// Strides of the left array, 0 along axes where it repeats.
    public var leftStrides: [Int]
    /// Strides of the right array, 0 along axes where it repeats.
    public var rightStrides: [Int]

    /// The meeting of two shapes, aligned at their last axes; a length of 1 repeats.
    public init(_ left: [Int], _ right: [Int]) {
        let shape = Broadcast.commonShape(left, right)
        let leftSteps = Broadcast.strides(of: left, over: shape)
        let rightSteps = Broadcast.strides(of: right, over: shape)
        var lengths: [Int] = []
        var lefts: [Int] = []
        var rights: [Int] = []
        for axis in shape.indices where shape[axis] != 1 {
            let length = shape[axis]
            if let last = lefts.indices.last, lefts[last] == leftSteps[axis] * length,
                rights[last] == rightSteps[axis] * length
            {
                lengths[last] *= length
                lefts[last] = leftSteps[axis]
                rights[last] = rightSteps[axis]
            } else {
                lengths.append(length)
                lefts.append(leftSteps[axis])
                rights.append(rightSteps[axis])
            }
        }
        self.shape = lengths
        leftStrides = lefts
        rightStrides = rights
    }

    /// The shape that both shapes repeat to, aligned at their last axes.
    public static func commonShape(_ left: [Int], _ right: [Int]) -> [Int] {
        let rank = max(left.count, right.count)
        return (0..<rank).map { axis in
            let a = axis - (rank - left.count) < 0 ? 1 : left[axis - (rank - left.count)]
            let b = axis - (rank - right.count) < 0 ? 1 : right[axis - (rank - right.count)]
            precondition(a == b || a == 1 || b == 1, "broadcast: shapes \(left) and \(right) do not meet")
            return a == 1 ? b : a
        }
    }

    /// Strides of a dense array over a shape it repeats to.
    static func strides(of own: [Int], over shape: [Int]) -> [Int] {
        let dense = StridedView.denseStrides(own)
        let missing = shape.count - own.count
        return shape.indices.map { axis in
            axis < missing || own[axis - missing] == 1 ? 0 : dense[axis - missing]
        }
    }
}
