internal import CKernels
internal import COpenBLAS

extension CPUBackend {
    /// Rows or columns of a product that one BLAS call computes; fixed, so that sums do not depend on threads.
    private static let productBlock = 512

    /// The matrix product that `product` describes.
    public func matrixProduct(
        _ a: any TensorStorage, _ b: any TensorStorage, _ product: MatrixProduct
    ) -> any TensorStorage {
        let (a, b) = (a.onCPU, b.onCPU)
        let (rows, columns, depth) = (product.rows, product.columns, product.depth)
        let result = make(rows * columns)
        if result.count == 0 { return result }
        if depth == 0 {
            result.pointer.update(repeating: 0, count: result.count)
            return result
        }
        if !product.transposesLeft, product.transposesRight, columns <= Self.fewColumns {
            multiplyRows(a, b, product, result)
        } else if columns >= rows {
            forEachChunk(columns, chunk: Self.productBlock) { range, _ in
                let right = product.transposesRight ? range.lowerBound * depth : range.lowerBound
                Self.multiply(
                    a.pointer, product.transposesLeft, product.transposesLeft ? rows : depth,
                    b.pointer + right, product.transposesRight, product.transposesRight ? depth : columns,
                    result.pointer + range.lowerBound, columns, rows, range.count, depth, accumulating: false)
            }
        } else {
            forEachChunk(rows, chunk: Self.productBlock) { range, _ in
                let left = product.transposesLeft ? range.lowerBound : range.lowerBound * depth
                Self.multiply(
                    a.pointer + left, product.transposesLeft, product.transposesLeft ? rows : depth,
                    b.pointer, product.transposesRight, product.transposesRight ? depth : columns,
                    result.pointer + range.lowerBound * columns, columns, range.count, columns, depth,
                    accumulating: false)
            }
        }
        return result
    }

    /// Columns of a product of rows that our own kernel computes: a library's blocks would be mostly empty.
    private static let fewColumns = 32
    /// Rows of such a product at once.
    private static let rowsPerChunk = 16

    /// `a b^T`, every number of it the product of two rows.
    private func multiplyRows(
        _ a: CPUStorage, _ b: CPUStorage, _ product: MatrixProduct, _ result: CPUStorage
    ) {
        let (columns, depth, level) = (product.columns, product.depth, level)
        let packed = make(galatea_dense_packed_count(depth, columns))
        galatea_dense_pack(depth, columns, b.pointer, packed.pointer)
        forEachChunk(product.rows, chunk: Self.rowsPerChunk) { range, _ in
            galatea_dense(
                level, range.count, depth, columns, a.pointer + range.lowerBound * depth, packed.pointer, nil,
                0, result.pointer + range.lowerBound * columns)
        }
    }

    /// `c = op(a) op(b)`, or `c += ...`, through BLAS on the calling thread.
    static func multiply(
        _ a: UnsafePointer<Float>, _ transposesA: Bool, _ stepA: Int, _ b: UnsafePointer<Float>,
        _ transposesB: Bool, _ stepB: Int, _ c: UnsafeMutablePointer<Float>, _ stepC: Int, _ rows: Int,
        _ columns: Int, _ depth: Int, accumulating: Bool
    ) {
        cblas_sgemm(
            CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans, transposesB ? CblasTrans : CblasNoTrans,
            blasint(rows), blasint(columns), blasint(depth), 1, a, blasint(stepA), b, blasint(stepB),
            accumulating ? 1 : 0, c, blasint(stepC))
    }
}
