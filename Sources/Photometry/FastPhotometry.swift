public import Astronomy
internal import CKernels
public import Computing
internal import Foundation

/// Measures the galaxy at the centre of a cutout in a few passes over its pixels, with the definitions of
/// `SourceMeasurer` and kernels of its own.
///
/// 1. Each band's sky is the clipped median of the stamp's border, from a histogram; measured again without the
///    pixels of sources, which leave the histogram.
/// 2. The bands, in units of their sky noise, are added as they are read from the stored bytes; the stack is smoothed
///    and cut at the threshold, at half the resolution where the seeing spreads over four pixels. Connected pixels
///    are sources; the one at the centre falls apart where two of its branches hold each more than the contrast's
///    share of its light above their saddle, at 32 steps of brightness as in SExtractor (Bertin & Arnouts 1996, A&AS
///    117, 393, section 6), its pixels divided along steepest ascent.
/// 3. Neighbours, grown by a margin, and gaps give way to the pixel opposite the target's centre, else to sky.
/// 4. The Kron radius and the curve of growth come from sums in elliptical rings of the stack, the shape from its
///    adaptive moments, the fluxes from one aperture in which a pixel counts by its distance to the edge.
///
/// Agreement with `SourceMeasurer` on 4,991 stamps of a mock survey (r = 14 to 22, with companions), median and
/// scatter (1.4826 MAD): fluxes -0.13 % and 0.7 %, half-light radius 0.0 % and 1.1 %, axis ratio -0.0000 and
/// 0.0010, flux errors 1 % and 4 %; fluxes at no magnitude worse than -0.3 % and 1.3 %. Fluxes differ by more than
/// 10 % for 0.7 % of ordinary galaxies and for 11 % of mergers: SEP draws the pixels between blended parts at
/// random, here they follow the light. Against the truth both have a bias of 1 % and a scatter of 5 % at r < 20; on
/// mergers 13 % here, 11 % with SEP.
///
/// A band without measurable noise is measured, its errors are NaN. A flux beyond the range of 32-bit floats is NaN
/// with the flag `refusedInput`.
public struct FastPhotometry: SourceMeasuring {
    /// What was chosen; the sky is always that of the border.
    public let settings: SourceMeasurer.Settings
    /// Instruction set that the kernels run at.
    public let level: InstructionSet

    /// The smoothing's values at lags 0, 1, ... on either axis.
    let taps: [Float]
    /// Those for the stack at half its resolution, whose pixels are sums of four: what smoothing is left to do there,
    /// and the mean of the four.
    let halvedTaps: [Float]

    /// A measurer.
    public init(settings: SourceMeasurer.Settings = .init(), level: InstructionSet = .detected) {
        precondition(settings.sky == .border, "FastPhotometry: its sky is the border's, got \(settings.sky)")
        let line = MeasurementFrame.gaussianLine(width: settings.smoothingWidth)
        precondition(
            line.count / 2 <= GALATEA_PLANE_MARGIN,
            "FastPhotometry: smoothing of width \(settings.smoothingWidth), at most 6 pixels expected")
        precondition(
            (0...Int(GALATEA_PLANE_MARGIN)).contains(settings.neighbourMargin) && settings.threshold >= 0,
            "FastPhotometry: neighbours grown by \(settings.neighbourMargin) pixels, 0 to 8 expected, "
                + "at a threshold of \(settings.threshold), not negative")
        self.settings = settings
        self.level = level
        taps = line[(line.count / 2)...].map { Float($0) }
        let middle = Double(line.count / 2)
        let variance = line.indices.reduce(0) { $0 + pow(Double($1) - middle, 2) * line[$1] }
        // Four pixels in one smooth by (2^2 - 1) / 12 themselves.
        let rest = MeasurementFrame.gaussianLine(
            width: (max(0, variance - 0.25) / 4 * 8 * log(2)).squareRoot())
        halvedTaps = rest[(rest.count / 2)...].map { Float($0 / 2) }
    }

    /// Whether sources are found at half the resolution, which loses none where the seeing spreads over four pixels.
    func findsInHalves(width: Int, height: Int, _ pixelScale: Double) -> Bool {
        settings.seeing >= 4 * pixelScale && settings.smoothingWidth >= 2 && min(width, height) >= 32
    }

    /// Measures one cutout; any number of bands, any size; images beyond 512 pixels in their central part.
    public func measure(_ image: GalaxyImage, workspace: MeasurementWorkspace) -> SourceMeasurement {
        let geometry = CutoutGeometry(
            bandCount: image.bands.count, width: image.width, height: image.height, plane: image.plane,
            pixelScale: image.pixelScale)
        guard let inverseVariance = image.inverseVariance else {
            return image.pixels.withUnsafeBytes {
                measure($0, isBigEndian: false, geometry, census: nil, workspace)
            }
        }
        // Pixels without weight become gaps; what the flags say is of the pixels as they came.
        var pixels = image.pixels
        for index in pixels.indices where !(inverseVariance[index] > 0) { pixels[index] = .nan }
        let count = image.width * image.height
        let census = image.bands.indices.map { band in
            let range = band * count..<(band + 1) * count
            return galatea_pixel_census(
                non_finite: Int64(image.pixels[range].count { !$0.isFinite }),
                is_lit: image.pixels[range].contains { $0 != 0 } ? 1 : 0)
        }
        return pixels.withUnsafeBytes {
            measure($0, isBigEndian: false, geometry, census: census, workspace)
        }
    }

    /// Measures a packed cutout as it is stored; bit for bit the result of the same pixels as a `GalaxyImage`.
    ///
    /// - Parameters:
    ///   - bytes: Float32 in FITS (big-endian) order, shape `[band, y, x]`.
    ///   - geometry: What the bytes are.
    ///   - workspace: Memory of this thread.
    public func measure(
        bigEndian bytes: RawSpan, geometry: CutoutGeometry, workspace: MeasurementWorkspace
    ) -> SourceMeasurement {
        bytes.withUnsafeBytes { measure($0, isBigEndian: true, geometry, census: nil, workspace) }
    }

    private func measure(
        _ bytes: UnsafeRawBufferPointer, isBigEndian: Bool, _ geometry: CutoutGeometry,
        census: [galatea_pixel_census]?, _ workspace: MeasurementWorkspace
    ) -> SourceMeasurement {
        let (width, height) = (geometry.width, geometry.height)
        let expected = 4 * geometry.bandCount * width * height
        precondition(bytes.count == expected, "FastPhotometry: \(bytes.count) bytes, expected \(expected)")
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            return SourceMeasurement(nothingIn: geometry.bandCount)
        }
        let part = (
            width: min(width, SourceMeasurer.largestSide), height: min(height, SourceMeasurer.largestSide)
        )
        let middle = SIMD2(Double(width - 1), Double(height - 1)) / 2
        let offset = SourceMeasurer.firstPixel(of: ImageSize(width: width, height: height), around: middle)
        let cutout = galatea_cutout(
            pixels: base + 4 * (offset.y * width + offset.x), big_endian: isBigEndian ? 1 : 0,
            bands: Int32(geometry.bandCount), width: Int32(part.width), height: Int32(part.height),
            row_stride: width, band_stride: width * height)
        let shift = SIMD2(Double(offset.x), Double(offset.y))
        var measurement = FastMeasurement(
            cutout, target: middle - shift, geometry: geometry, by: self, workspace: workspace)
        var result = measurement.run(census: census)
        result.aperture?.center += shift
        return result
    }
}
