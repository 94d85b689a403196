internal import CKernels
internal import Foundation

extension CPUBackend {
    /// Sums of `x[outer][middle][inner]` over `middle`, accumulated in double precision.
    public func sum(_ x: any TensorStorage, outer: Int, middle: Int, inner: Int) -> any TensorStorage {
        let x = x.onCPU
        let result = make(outer * inner)
        if result.count == 0 { return result }
        let work = DoubleBuffer(count: outer * inner)
        if outer > 1 || middle * inner <= Self.elementsPerChunk {
            // Many short sums: each whole, spread over the outer axis.
            forEachChunk(outer, chunk: Self.elementsPerChunk / max(1, middle * inner)) { [level] range, _ in
                for row in range {
                    Self.addSums(
                        level, x.pointer + row * middle * inner, middle, inner, work.pointer + row * inner)
                }
            }
        } else if inner >= Self.columnsPerChunk {
            // Many columns: a chunk of them row by row, as they lie in memory.
            forEachChunk(inner, chunk: Self.columnsPerChunk) { [level] range, _ in
                for row in 0..<middle {
                    galatea_column_sums(
                        level, x.pointer + row * inner + range.lowerBound, 1, range.count, inner,
                        work.pointer + range.lowerBound)
                }
            }
        } else {
            // One long sum: parts of fixed length, joined in order.
            let rows = max(1, Self.elementsPerChunk / inner)
            let parts = (middle + rows - 1) / rows
            let partial = DoubleBuffer(count: parts * inner)
            forEachChunk(middle, chunk: rows) { [level] range, _ in
                Self.addSums(
                    level, x.pointer + range.lowerBound * inner, range.count, inner,
                    partial.pointer + range.lowerBound / rows * inner)
            }
            for part in 0..<parts {
                for column in 0..<inner { work.pointer[column] += partial.pointer[part * inner + column] }
            }
        }
        for index in 0..<result.count { result.pointer[index] = Float(work.pointer[index]) }
        return result
    }

    /// Columns whose sums are taken down all rows at once.
    private static let columnsPerChunk = 2048

    /// Adds the sums over `rows` of `x[rows][columns]` to `sums`.
    private static func addSums(
        _ level: galatea_level, _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
        _ sums: UnsafeMutablePointer<Double>
    ) {
        if columns == 1 {
            sums[0] += galatea_sum(level, x, rows)
        } else {
            galatea_column_sums(level, x, rows, columns, columns, sums)
        }
    }

    /// The sum of squares, in double precision.
    public func sumOfSquares(_ x: any TensorStorage) -> Double {
        let x = x.onCPU
        let chunk = Self.elementsPerChunk
        let parts = DoubleBuffer(count: (x.count + chunk - 1) / chunk)
        forEachChunk(x.count, chunk: chunk) { [level] range, _ in
            parts.pointer[range.lowerBound / chunk] = galatea_sum_of_squares(
                level, x.pointer + range.lowerBound, range.count)
        }
        return parts.total
    }

    /// Largest of each row of `x[rows][columns]`; NaN if one is NaN.
    public func rowMaximum(_ x: any TensorStorage, rows: Int, columns: Int) -> any TensorStorage {
        let (x, result, level) = (x.onCPU, make(rows), level)
        forEachChunk(rows, chunk: Self.elementsPerChunk / max(1, columns)) { range, _ in
            for row in range {
                result.pointer[row] = galatea_maximum(level, x.pointer + row * columns, columns)
            }
        }
        return result
    }

    /// Softmax of each row of `x[rows][columns]`, or its logarithm.
    public func softmax(
        _ x: any TensorStorage, rows: Int, columns: Int, logarithm: Bool
    ) -> any TensorStorage {
        let (x, result, level) = (x.onCPU, make(x.count), level)
        forEachChunk(rows, chunk: Self.elementsPerChunk / max(1, columns)) { range, _ in
            for row in range {
                let from = x.pointer + row * columns
                let to = result.pointer + row * columns
                // Shifted by the largest, so that no exponential overflows.
                let largest = galatea_maximum(level, from, columns)
                let shift = largest.isInfinite && largest < 0 ? 0 : largest
                galatea_unary(level, GALATEA_AFFINE, from, to, columns, 1, -shift)
                if logarithm {
                    var total = 0.0
                    for column in 0..<columns { total += exp(Double(to[column])) }
                    galatea_unary(level, GALATEA_AFFINE, to, to, columns, 1, -Float(log(total)))
                } else {
                    galatea_unary(level, GALATEA_EXP, to, to, columns, 0, 0)
                    let total = galatea_sum(level, to, columns)
                    galatea_unary(level, GALATEA_AFFINE, to, to, columns, Float(1 / total), 0)
                }
            }
        }
        return result
    }
}

/// Double-precision accumulators, zero at first, shared by the chunks of a loop (each its own part).
final class DoubleBuffer: @unchecked Sendable {
    let count: Int
    let pointer: UnsafeMutablePointer<Double>

    init(count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(1, count))
        pointer.initialize(repeating: 0, count: count)
    }

    deinit { pointer.deallocate() }

    /// The sum in order of index.
    var total: Double {
        var total = 0.0
        for index in 0..<count { total += pointer[index] }
        return total
    }
}
