public import Astronomy

/// Brings images of any scale, rotation, parity and offset to one grid: north up, east left, the target in the
/// middle.
///
/// Values are surface brightnesses, so that no area factor enters. A Lanczos kernel of order 3 is centred on each
/// output pixel and widened by the ratio of the scales when the grid is coarser, which keeps the light of every
/// input pixel; weights of missing pixels go to the others, and a pixel that loses more than half of its weight
/// is missing itself (NaN). What lies off the image becomes 0, which sky statistics leave out.
///
/// Inverse variances become `1 / sum(w^2 / ivar)`: right for single pixels, while the correlation that the kernel
/// brings between them must be taken from the image when pixels are summed.
public struct CutoutResampler: Sendable, Hashable {
    /// Size of the grid.
    public let size: ImageSize
    /// Arcsec per pixel of the grid.
    public let pixelScale: Double

    /// A grid of `size` pixels of `pixelScale` arcsec.
    public init(size: ImageSize, pixelScale: Double) {
        precondition(
            size.width > 0 && size.height > 0 && pixelScale > 0 && pixelScale.isFinite,
            "CutoutResampler: impossible grid of \(size) pixels of \(pixelScale) arcsec")
        self.size = size
        self.pixelScale = pixelScale
    }

    /// Scales may differ by at most this factor, either way.
    public static let largestScaleRatio = 32.0
    /// An image whose grid deviates by less than this, in pixels, anywhere on the cutout is taken as it is.
    public static let tolerance = 0.25
    /// Offsets of the target below this, in pixels, are left alone when the grids agree.
    public static let offsetTolerance = 0.5

    /// The image on this grid.
    ///
    /// An image that is on the grid already passes untouched, one that differs by whole pixels is cut or padded;
    /// neither is flagged `resampled`. An image without a plane counts as north up, east left, with the target in
    /// the middle; one without any scale as having the grid's.
    ///
    /// - Parameters:
    ///   - image: Surface brightnesses, with inverse variances and mask bits if there are.
    ///   - target: Where the grid's middle lies; the image's middle when `nil`.
    /// - Returns: An image of `size` with a plane, `pixelScale` and the flags `resampled` and `padded` where due.
    /// - Throws: `PhotometryError` when the scales differ too much or the target is not on the image.
    public func resample(
        _ image: GalaxyImage, around target: SkyPosition? = nil
    ) throws(PhotometryError) -> GalaxyImage {
        let geometry = ImageGeometry(
            size: ImageSize(width: image.width, height: image.height), plane: image.plane,
            pixelScale: image.pixelScale)
        let map = try GridMap(of: geometry, onto: self, target: target)
        if let shift = map.wholePixelShift(size: size) {
            if shift == (0, 0), image.width == size.width, image.height == size.height {
                var same = image
                same.plane = image.plane ?? map.plane
                same.pixelScale = image.pixelScale ?? pixelScale
                return same
            }
            return shifted(image, by: shift, plane: map.plane)
        }
        return interpolated(image, map)
    }

    /// The grid's plane with its middle at `position`; on the equator, for want of a better place, when `nil`.
    public func plane(at position: SkyPosition?) -> TangentPlane {
        guard let place = position ?? SkyPosition(rightAscension: 0, declination: 0) else {
            preconditionFailure("CutoutResampler: the equator is a position")
        }
        return TangentPlane(
            northUpAt: place, width: size.width, height: size.height, pixelScale: pixelScale)
    }

    /// Whether `resample` would hand an image through as it is.
    ///
    /// - Parameters:
    ///   - imageSize: Size of the image.
    ///   - plane: Where its pixels lie on the sky.
    ///   - imageScale: Its pixel scale, arcsec.
    ///   - target: Where the grid's middle lies; the image's middle when `nil`.
    public func passes(
        size imageSize: ImageSize, plane: TangentPlane?, pixelScale imageScale: Double?,
        around target: SkyPosition?
    ) -> Bool {
        guard imageSize == size else { return false }
        let geometry = ImageGeometry(size: imageSize, plane: plane, pixelScale: imageScale)
        do throws(PhotometryError) {
            guard
                let shift = try GridMap(of: geometry, onto: self, target: target).wholePixelShift(size: size)
            else { return false }
            return shift == (0, 0)
        } catch {
            return false
        }
    }

    /// The part of an image that begins at a whole pixel, padded with 0.
    private func shifted(_ image: GalaxyImage, by shift: (x: Int, y: Int), plane: TangentPlane) -> GalaxyImage
    {
        var isPadded = false
        func part<Value>(_ values: [Value], fill: Value) -> [Value] {
            var result = Array(repeating: fill, count: image.bands.count * size.count)
            for band in image.bands.indices {
                for y in 0..<size.height {
                    for x in 0..<size.width {
                        let (column, row) = (x + shift.x, y + shift.y)
                        if (0..<image.width).contains(column), (0..<image.height).contains(row) {
                            result[(band * size.height + y) * size.width + x] =
                                values[(band * image.height + row) * image.width + column]
                        } else {
                            isPadded = true
                        }
                    }
                }
            }
            return result
        }
        let pixels = part(image.pixels, fill: 0)
        var ownPlane = image.plane
        ownPlane?.referencePixel -= SIMD2(Double(shift.x), Double(shift.y))
        return GalaxyImage(
            bands: image.bands, width: size.width, height: size.height, pixels: pixels,
            inverseVariance: image.inverseVariance.map { part($0, fill: 0) },
            maskBits: image.maskBits.map { part($0, fill: 0) }, plane: ownPlane ?? plane,
            pixelScale: image.pixelScale ?? pixelScale,
            flags: isPadded ? image.flags.union(.padded) : image.flags)
    }
}
