internal import CSEP
internal import Foundation

/// Sources found in one image by SEP, the library form of SExtractor (Bertin & Arnouts 1996, A&AS 117, 393;
/// Barbary 2016, JOSS 1, 58).
struct SourceExtraction: Sendable {
    /// One source, in pixels; the first pixel's centre is (0, 0).
    struct Source: Sendable {
        /// Barycentre and second moments of the smoothed light above the threshold.
        var moments: SecondMoments
        /// Standard deviations along the axes, and the major axis's angle from +x towards +y.
        var semiMajor: Double
        var semiMinor: Double
        var angle: Double
        /// Smoothed flux above the threshold's isophote.
        var flux: Double
        /// Indices of the source's pixels.
        var pixels: [Int32]

        var center: SIMD2<Double> { moments.center }
    }

    /// What is asked of SEP.
    struct Request: Sendable {
        var width: Int
        var height: Int
        /// Absolute detection threshold of the smoothed image.
        var threshold: Double
        var minimumArea: Int
        /// Smoothing kernel, square, of odd side.
        var kernel: [Float]
        var deblendingLevels: Int
        var deblendingContrast: Double
    }

    var sources: [Source]

    /// Finds the sources of an image without non-finite pixels.
    ///
    /// SEP draws the pixels between blended sources from `rand_r` with a state that a thread keeps from call to
    /// call. A thread of its own for each call makes every image start from the same state, so that its result
    /// does not depend on what was measured before (a thread costs 2 % of an extraction).
    init(_ image: [Float], _ request: Request) {
        let result = Box()
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            result.sources = Self.extract(image, request)
            finished.signal()
        }
        thread.start()
        finished.wait()
        sources = result.sources
    }

    /// Carries the result across the thread; the semaphore orders the two accesses.
    private final class Box: @unchecked Sendable {
        var sources: [Source] = []
    }

    /// A crowd beyond SEP's limit on blended parts is measured undivided.
    private static func extract(_ image: [Float], _ request: Request) -> [Source] {
        extract(image, request, contrast: request.deblendingContrast) ?? extract(image, request, contrast: 1)
            ?? []
    }

    private static func extract(_ image: [Float], _ request: Request, contrast: Double) -> [Source]? {
        image.withUnsafeBytes { bytes in
            var frame = SEPImage.frame(bytes, width: request.width, height: request.height)
            let side = Int32(Double(request.kernel.count).squareRoot())
            var catalog: UnsafeMutablePointer<sep_catalog>?
            let status = sep_extract(
                &frame, Float(request.threshold), SEP_THRESH_ABS, Int32(request.minimumArea), request.kernel,
                side, side, SEP_FILTER_CONV, Int32(request.deblendingLevels), contrast, 1, 1, &catalog)
            guard status == 0, let catalog else { return nil }
            defer { sep_catalog_free(catalog) }
            return (0..<Int(catalog.pointee.nobj)).compactMap { source(catalog.pointee, $0) }
        }
    }

    private static func source(_ catalog: sep_catalog, _ index: Int) -> Source? {
        guard let list = catalog.pix[index] else { return nil }
        return Source(
            moments: SecondMoments(
                center: SIMD2(catalog.x[index], catalog.y[index]), xx: catalog.x2[index],
                yy: catalog.y2[index], xy: catalog.xy[index]), semiMajor: Double(catalog.a[index]),
            semiMinor: Double(catalog.b[index]),
            angle: Double(catalog.theta[index]), flux: Double(catalog.cflux[index]),
            pixels: Array(UnsafeBufferPointer(start: list, count: Int(catalog.npix[index]))))
    }
}

/// The plain description of an image that SEP's functions take.
enum SEPImage {
    /// A float32 image without noise, mask or segmentation map; `bytes` must outlive its use.
    static func frame(_ bytes: UnsafeRawBufferPointer, width: Int, height: Int) -> sep_image {
        sep_image(
            data: bytes.baseAddress, noise: nil, mask: nil, segmap: nil, dtype: SEP_TFLOAT,
            ndtype: SEP_TFLOAT, mdtype: SEP_TFLOAT, sdtype: SEP_TINT, w: Int32(width), h: Int32(height),
            noiseval: 0, noise_type: Int16(SEP_NOISE_NONE), gain: 0, maskthresh: 0)
    }

    /// Subtracts SEP's background map of square boxes, median-filtered, from an image.
    ///
    /// - Returns: The image less its background; `nil` where SEP cannot make one (a box without valid pixels).
    static func subtractingBoxes(
        _ image: [Float], width: Int, height: Int, box: Int, filter: Int
    ) -> [Float]? {
        var result = image
        let done = image.withUnsafeBytes { bytes in
            var frame = frame(bytes, width: width, height: height)
            var background: UnsafeMutablePointer<sep_bkg>?
            let status = sep_background(
                &frame, Int32(min(box, width)), Int32(min(box, height)), Int32(filter), Int32(filter), 0,
                &background)
            guard status == 0, let background else { return false }
            defer { sep_bkg_free(background) }
            return result.withUnsafeMutableBytes { sep_bkg_subarray(background, $0.baseAddress, SEP_TFLOAT) }
                == 0
        }
        return done ? result : nil
    }
}
