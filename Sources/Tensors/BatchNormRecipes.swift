internal import CKernels

/// `x scale + shift` for each channel, with a ReLU behind it if `isRectified`.
struct ChannelAffineImages: ImageRecipe {
    let x: CPUStorage
    let scale: CPUStorage
    let shift: CPUStorage
    let isRectified: Bool
    var layout: ImageLayout
    let level: galatea_level

    var scratchCount: Int { 0 }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { [layout.bytes(of: image, in: x)] }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        layout.forEachRun(rowStep: rowStep) { row, pixels in
            galatea_channel_affine(
                level, x.pointer + image * layout.image + row * layout.row, scale.pointer, shift.pointer,
                destination + row * rowStep, pixels, layout.channels, isRectified ? 1 : 0)
        }
    }

    func relaid(_ layout: ImageLayout) -> (any ImageRecipe)? {
        guard layout.channels == self.layout.channels, layout.count == self.layout.count else { return nil }
        var copy = self
        copy.layout = layout
        return copy
    }
}

/// The gradient of `batch norm [+ ReLU]` with respect to its images.
struct BatchNormGradientImages: ImageRecipe {
    let gradient: CPUStorage
    let x: CPUStorage
    let scale: CPUStorage
    let shift: CPUStorage
    let mean: CPUStorage
    let slope: CPUStorage
    let offset: CPUStorage
    let isRectified: Bool
    var layout: ImageLayout
    let level: galatea_level

    var scratchCount: Int { 0 }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] {
        [layout.bytes(of: image, in: gradient), layout.bytes(of: image, in: x)]
    }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        layout.forEachRun(rowStep: rowStep) { row, pixels in
            let at = image * layout.image + row * layout.row
            galatea_batch_norm_gradient(
                level, gradient.pointer + at, x.pointer + at, scale.pointer, shift.pointer, mean.pointer,
                slope.pointer, offset.pointer, destination + row * rowStep, pixels, layout.channels,
                isRectified ? 1 : 0)
        }
    }

    func relaid(_ layout: ImageLayout) -> (any ImageRecipe)? {
        guard layout.channels == self.layout.channels, layout.count == self.layout.count else { return nil }
        var copy = self
        copy.layout = layout
        return copy
    }
}

extension ImageLayout {
    /// Pixels cut into many images of one row, about 64 KB each, where nobody knows the images.
    static func runs(rows: Int, channels: Int) -> ImageLayout {
        // A size that divides the rows, so that all images are of one size.
        let most = max(1, CPUBackend.elementsPerChunk / max(1, channels))
        var width = max(1, min(rows, most))
        while rows % width != 0 { width -= 1 }
        if width < min(rows, most) / 16 { width = rows }
        return ImageLayout(
            images: rows / width, size: PlaneSize(height: 1, width: width), channels: channels)
    }

    /// The runs of pixels without a gap between them: all rows at once where rows follow each other.
    func forEachRun(rowStep: Int, _ body: (_ row: Int, _ pixels: Int) -> Void) {
        if rowStep == row {
            body(0, size.count)
        } else {
            for row in 0..<size.height { body(row, size.width) }
        }
    }
}
