public import Astronomy
internal import CKernels
public import Computing
internal import Foundation

extension InputPreparation {
    /// The factor that undoes Galactic extinction in each band, `10^(0.4 A_b E(B-V))`.
    ///
    /// - Parameters:
    ///   - bands: Bands with their coefficients in mag per E(B-V).
    ///   - reddening: E(B-V) in mag; `nil` or a value that is not finite counts as 0.
    public static func dereddening(bands: [Band], reddening: Double?) -> [Float] {
        let excess = reddening.flatMap { $0.isFinite ? $0 : nil } ?? 0
        return bands.map { Float(pow(10, 0.4 * $0.extinctionCoefficient * excess)) }
    }

    /// Prepares a cutout as it stands in a FITS file.
    ///
    /// - Parameters:
    ///   - pixels: Big-endian float32 surface brightnesses `[band, y, x]`, of any alignment.
    ///   - dereddening: Factor of each band, as `dereddening(bands:reddening:)` gives it.
    ///   - sky: The sky when it is known already; measured from the border otherwise.
    ///   - workspace: Memory of this thread.
    ///   - frame: Where the output stands in `output`, in the arrangement of the workspace; at its beginning, row by
    ///     row, when `nil`.
    ///   - output: The array of the frame; without one it receives `[y, x, band]`, `outputCount` values.
    public func prepare(
        bigEndian pixels: RawSpan, dereddening: [Float], sky: SkyStatistics? = nil,
        workspace: inout Workspace, frame: ImageFrame? = nil, into output: inout MutableSpan<Float>
    ) -> PreparedInput {
        pixels.withUnsafeBytes {
            prepare($0, isBigEndian: true, dereddening, sky, &workspace, frame, into: &output)
        }
    }

    /// Prepares a cutout in memory.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightnesses `[band, y, x]`.
    ///   - dereddening: Factor of each band, as `dereddening(bands:reddening:)` gives it.
    ///   - sky: The sky when it is known already; measured from the border otherwise.
    ///   - workspace: Memory of this thread.
    ///   - frame: Where the output stands in `output`, in the arrangement of the workspace; at its beginning, row by
    ///     row, when `nil`.
    ///   - output: The array of the frame; without one it receives `[y, x, band]`, `outputCount` values.
    public func prepare(
        _ pixels: Span<Float>, dereddening: [Float], sky: SkyStatistics? = nil,
        workspace: inout Workspace, frame: ImageFrame? = nil, into output: inout MutableSpan<Float>
    ) -> PreparedInput {
        pixels.withUnsafeBytes {
            prepare($0, isBigEndian: false, dereddening, sky, &workspace, frame, into: &output)
        }
    }

    /// Prepares one cutout with memory of its own, for callers that are in no hurry.
    ///
    /// - Returns: The prepared pixels `[y, x, band]` and what is known of the cutout.
    public func prepare(
        _ pixels: [Float], dereddening: [Float]? = nil, sky: SkyStatistics? = nil
    ) -> PreparedCutout {
        var workspace = Workspace(for: self)
        var output = Array(repeating: Float(0), count: outputCount)
        var span = output.mutableSpan
        let input = prepare(
            pixels.span, dereddening: dereddening ?? Array(repeating: 1, count: bandCount), sky: sky,
            workspace: &workspace, into: &span)
        return PreparedCutout(pixels: output, input: input)
    }

    private func prepare(
        _ pixels: UnsafeRawBufferPointer, isBigEndian: Bool, _ dereddening: [Float], _ sky: SkyStatistics?,
        _ workspace: inout Workspace, _ frame: ImageFrame?, into output: inout MutableSpan<Float>
    ) -> PreparedInput {
        precondition(
            pixels.count == 4 * inputCount, "prepare: \(pixels.count) bytes, expected \(4 * inputCount)")
        let rowCount = resize.output.width * bandCount
        let frame = frame ?? ImageFrame(first: 0, row: rowCount, count: outputCount)
        precondition(
            workspace.isLaidOut(for: self, frame: frame),
            "prepare: a workspace of another preparation, or for frames of another arrangement than \(frame)")
        precondition(
            output.count == frame.count && fits(into: frame),
            "prepare: room for \(output.count) values in \(frame), expected \(outputCount)")
        precondition(
            dereddening.count == bandCount && sky?.levels.count ?? bandCount == bandCount,
            "prepare: extinction of \(dereddening.count) bands, expected \(bandCount)")
        guard let start = pixels.baseAddress else { preconditionFailure("prepare: no pixels") }
        var sky = sky ?? .unknown(bands: bandCount)
        if scaling.needsSky, sky.levels.contains(where: \.isNaN) || sky.sigmas.contains(where: \.isNaN) {
            // The border is read first, across all rows.
            galatea_fetch(start, pixels.count)
            sky.fillGaps(with: measureSky(pixels, isBigEndian: isBigEndian, workspace: &workspace))
        }
        for band in 0..<bandCount {
            let pair = scaling.coefficients(band: band, sky: sky, dereddening: dereddening[band])
            (workspace.levels[band], workspace.factors[band]) = pair
        }
        output.withUnsafeMutableBufferPointer { output in
            guard let output = output.baseAddress else { return }
            resizeScaled(start, isBigEndian: isBigEndian, &workspace, frame, into: output)
        }
        return summary(of: workspace.census, sky: sky)
    }

    /// Whether a frame has room for a prepared cutout.
    private func fits(into frame: ImageFrame) -> Bool {
        let (height, width) = (resize.output.height, resize.output.width)
        if frame.arrangement == .phases {
            let end = height / 2 * frame.row + width / 2 + GALATEA_PHASE_SLACK
            return frame.first == 0 && frame.row > width / 2 && end < frame.plane
                && 4 * bandCount * frame.plane <= frame.count
        }
        return frame.row >= width * bandCount
            && frame.first + (height - 1) * frame.row + width * bandCount <= frame.count
    }

    /// Scales with the levels and factors of the workspace, and resizes.
    private func resizeScaled(
        _ pixels: UnsafeRawPointer, isBigEndian: Bool, _ workspace: inout Workspace, _ frame: ImageFrame,
        into output: UnsafeMutablePointer<Float>
    ) {
        var frame = galatea_frame(frame)
        let (levels, factors) = (workspace.levels, workspace.factors)
        workspace.census.withUnsafeMutableBufferPointer { census in
            workspace.floats.withMutableSpan { floats in
                floats.withUnsafeMutableBufferPointer { floats in
                    resize.vertical.withKernelAxis { vertical in
                        resize.horizontal.withKernelAxis { horizontal in
                            galatea_prepare_cutout(
                                galatea_level(UInt32(instructionSet.rawValue)), pixels, isBigEndian ? 1 : 0,
                                bandCount, vertical, horizontal, levels, factors, scaling.function,
                                floats.baseAddress, &frame, output, census.baseAddress)
                        }
                    }
                }
            }
        }
    }

    private func summary(of census: [galatea_pixel_census], sky: SkyStatistics) -> PreparedInput {
        let plane = resize.input.count
        var flags: QualityFlags = []
        if census.contains(where: { $0.non_finite > 0 }) { flags.insert(.nonFinitePixels) }
        if census.contains(where: { $0.is_lit == 0 }) { flags.insert(.bandAllZero) }
        return PreparedInput(
            sky: sky, nonFiniteFractions: census.map { Double($0.non_finite) / Double(plane) }, flags: flags)
    }
}
