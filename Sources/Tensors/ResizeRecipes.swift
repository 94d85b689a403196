internal import CKernels

/// Images resized bilinearly.
struct BilinearImages: ImageRecipe {
    let source: any ImageRecipe
    let layout: ImageLayout
    let level: galatea_level

    /// The source's image first, then the kernel's rows, then what the source needs.
    var scratchCount: Int { source.bufferCount + rowCount + source.scratchCount }

    private var rowCount: Int {
        alignedFloats(
            galatea_bilinear_scratch_count(source.layout.size.width, layout.channels, layout.size.width))
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
        galatea_bilinear(
            level, from, source.layout.size.height, source.layout.size.width, layout.channels, destination,
            layout.size.height, layout.size.width, rowStep, rows)
    }
}

/// What the adjoint of a bilinear resize makes of resized images.
struct BilinearAdjointImages: ImageRecipe {
    let source: any ImageRecipe
    let layout: ImageLayout
    let level: galatea_level

    var scratchCount: Int { source.bufferCount + rowCount + source.scratchCount }

    private var rowCount: Int {
        alignedFloats(
            galatea_bilinear_scratch_count(layout.size.width, layout.channels, source.layout.size.width))
    }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { source.reads(for: image) }

    func prepare(_ scratch: UnsafeMutablePointer<Float>) {
        source.prepare(scratch + source.bufferCount + rowCount)
    }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        precondition(rowStep == layout.row, "BilinearAdjointImages: rows \(rowStep) floats apart")
        let rows = scratch + source.bufferCount
        let from = source.image(image, buffer: scratch, scratch: rows + rowCount)
        galatea_bilinear_adjoint(
            level, from, source.layout.size.height, source.layout.size.width, layout.channels, destination,
            layout.size.height, layout.size.width, rows)
    }
}
