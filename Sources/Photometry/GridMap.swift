internal import Astronomy

/// Size, place and scale of an image, without its pixels.
struct ImageGeometry: Sendable {
    var size: ImageSize
    var plane: TangentPlane?
    var pixelScale: Double?
}

/// Where the pixels of a grid lie on an image: `input = origin + x dx + y dy`.
///
/// Between two tangent planes the map is not quite affine; over the few arcminutes of a cutout the difference
/// stays far below a hundredth of a pixel.
struct GridMap: Sendable {
    var origin: SIMD2<Double>
    var dx: SIMD2<Double>
    var dy: SIMD2<Double>
    /// The grid's plane.
    var plane: TangentPlane

    init(of image: ImageGeometry, onto grid: CutoutResampler, target: SkyPosition?) throws(PhotometryError) {
        let size = image.size
        let middle = SIMD2(Double(size.width - 1), Double(size.height - 1)) / 2
        guard let source = image.plane else {
            // Without coordinates the picture's own middle and upright orientation are all there is.
            let scale = image.pixelScale ?? grid.pixelScale
            try Self.check(scale, grid)
            let ratio = grid.pixelScale / scale
            plane = grid.plane(at: target)
            dx = SIMD2(ratio, 0)
            dy = SIMD2(0, ratio)
            origin = middle - dx * (Double(grid.size.width - 1) / 2) - dy * (Double(grid.size.height - 1) / 2)
            return
        }
        try Self.check(source.pixelScale, grid)
        let position = target ?? source.position(at: middle)
        plane = grid.plane(at: position)
        let centre = plane.referencePixel
        let reach = SIMD2(max(1, centre.x), max(1, centre.y))
        guard let pixel = source.pixel(at: position),
            let left = source.pixel(at: plane.position(at: centre - SIMD2(reach.x, 0))),
            let right = source.pixel(at: plane.position(at: centre + SIMD2(reach.x, 0))),
            let below = source.pixel(at: plane.position(at: centre - SIMD2(0, reach.y))),
            let above = source.pixel(at: plane.position(at: centre + SIMD2(0, reach.y)))
        else { throw .targetOutside(position, pixel: nil, size: size) }
        guard pixel.x > -0.5, pixel.y > -0.5, pixel.x < Double(size.width) - 0.5,
            pixel.y < Double(size.height) - 0.5
        else { throw .targetOutside(position, pixel: pixel, size: size) }
        dx = (right - left) / (2 * reach.x)
        dy = (above - below) / (2 * reach.y)
        origin = pixel - dx * centre.x - dy * centre.y
        // A plane may be strongly skewed although its area is sane.
        let widest = max(Self.length(SIMD2(dx.x, dy.x)), Self.length(SIMD2(dx.y, dy.y)))
        guard widest <= CutoutResampler.largestScaleRatio else {
            throw .pixelScale(found: source.pixelScale, wanted: grid.pixelScale)
        }
    }

    private static func check(_ scale: Double, _ grid: CutoutResampler) throws(PhotometryError) {
        let ratio = grid.pixelScale / scale
        let largest = CutoutResampler.largestScaleRatio
        guard ratio.isFinite, ratio <= largest, ratio >= 1 / largest else {
            throw .pixelScale(found: scale, wanted: grid.pixelScale)
        }
    }

    static func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }

    /// The shift in whole pixels that does the same as the map within the tolerances, if there is one.
    func wholePixelShift(size: ImageSize) -> (x: Int, y: Int)? {
        let half = SIMD2(Double(size.width - 1), Double(size.height - 1)) / 2
        // How far the corners move beyond a shift.
        for corner in [half, SIMD2(half.x, -half.y)] {
            let moved = (dx - SIMD2(1, 0)) * corner.x + (dy - SIMD2(0, 1)) * corner.y
            guard Self.length(moved) < CutoutResampler.tolerance else { return nil }
        }
        let offset = origin + dx * half.x + dy * half.y - half
        let whole = SIMD2(offset.x.rounded(), offset.y.rounded())
        let rest = offset - whole
        guard abs(rest.x) <= CutoutResampler.offsetTolerance, abs(rest.y) <= CutoutResampler.offsetTolerance
        else {
            return nil
        }
        return (Int(whole.x), Int(whole.y))
    }
}
