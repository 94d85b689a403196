internal import CKernels

/// Which way a linear operator on images is taken.
enum Direction: Sendable {
    case forward, adjoint
}

/// Images resized bilinearly, or what the adjoint of that resize makes of resized images.
struct BilinearImages: ImageRecipe {
    let source: any ImageRecipe
    let layout: ImageLayout
    let direction: Direction
    let level: galatea_level

    /// The source's image first, then the kernel's rows, then what the source needs.
    var scratchCount: Int { source.bufferCount + rowCount + source.scratchCount }

    private var rowCount: Int {
        let (from, to) = (source.layout.size.width, layout.size.width)
        return alignedFloats(
            direction == .forward
                ? galatea_bilinear_scratch_count(from, layout.channels, to)
                : galatea_bilinear_scratch_count(to, layout.channels, from))
    }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { source.reads(for: image) }

    func prepare(_ scratch: UnsafeMutablePointer<Float>) {
        source.prepare(scratch + source.bufferCount + rowCount)
    }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let rows = scratch + source.bufferCount
        let from = source.image(image, buffer: scratch, scratch: rows + rowCount)
        let (input, output) = (source.layout.size, layout.size)
        switch direction {
        case .forward:
            galatea_bilinear(
                level, from, input.height, input.width, layout.channels, destination, output.height,
                output.width, rowStep, rows)
        case .adjoint:
            precondition(rowStep == layout.row, "BilinearImages: rows \(rowStep) floats apart")
            galatea_bilinear_adjoint(
                level, from, input.height, input.width, layout.channels, destination, output.height,
                output.width, rows)
        }
    }
}
