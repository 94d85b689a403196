internal import CKernels

/// `f(x)` of images that another recipe makes, for functions that nothing else reads the argument of.
struct UnaryImages: ImageRecipe {
    let source: any ImageRecipe
    let operation: galatea_unary_operation
    let level: galatea_level

    var layout: ImageLayout { source.layout }
    var scratchCount: Int { source.scratchCount }

    func prepare(_ scratch: UnsafeMutablePointer<Float>) { source.prepare(scratch) }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { source.reads(for: image) }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        source.write(image, to: destination, rowStep: rowStep, scratch: scratch)
        layout.forEachRun(rowStep: rowStep) { row, pixels in
            let place = destination + row * rowStep
            galatea_unary(level, operation, place, place, pixels * layout.channels, 0, 0)
        }
    }
}

/// `factor weight (x - y)` element by element.
struct ScaledDifferenceImages: ImageRecipe {
    let x: CPUStorage
    let y: CPUStorage
    let weight: CPUStorage?
    let factor: Float
    var layout: ImageLayout
    let level: galatea_level

    var scratchCount: Int { 0 }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] {
        [layout.bytes(of: image, in: x), layout.bytes(of: image, in: y)]
            + (weight.map { [layout.bytes(of: image, in: $0)] } ?? [])
    }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        layout.forEachRun(rowStep: rowStep) { row, pixels in
            let at = image * layout.image + row * layout.row
            galatea_scaled_difference(
                level, x.pointer + at, y.pointer + at, weight.map { UnsafePointer($0.pointer + at) }, factor,
                destination + row * rowStep, pixels * layout.channels)
        }
    }

    func relaid(_ layout: ImageLayout) -> (any ImageRecipe)? {
        guard layout.count == self.layout.count else { return nil }
        var copy = self
        copy.layout = layout
        return copy
    }
}
