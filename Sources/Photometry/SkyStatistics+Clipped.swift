internal import CKernels
internal import Computing

extension SkyStatistics {
    /// Level and noise of a list of pixels.
    public struct Estimate: Sendable, Hashable {
        /// The median of the pixels kept.
        public var level: Float
        /// Standard deviation, `1.4826 MAD`; NaN where it cannot be measured or is 0.
        public var sigma: Float
    }

    /// Median and noise of a list of pixels after clipping at 3 sigma around the median, repeated until no
    /// further pixel goes.
    ///
    /// `m' = median {v : |v - m| <= 3 s}`, `s' = 1.4826 median {|v - m'| : |v - m'| <= 3 s}`. Exact order
    /// statistics: the result does not depend on the order of the pixels nor on the instruction set.
    ///
    /// - Parameters:
    ///   - values: Finite pixels.
    ///   - instructionSet: Level of the kernel.
    /// - Returns: Median and sigma; NaN for an empty list, sigma NaN when it is 0.
    static func clipped(
        finite values: UnsafeBufferPointer<Float>, instructionSet: InstructionSet
    ) -> Estimate {
        guard let start = values.baseAddress, values.count > 0 else {
            return Estimate(level: .nan, sigma: .nan)
        }
        let sky = galatea_clipped_sky(galatea_level(UInt32(instructionSet.rawValue)), start, values.count)
        return Estimate(level: sky.level, sigma: sky.sigma)
    }

    /// Median and noise of a list of pixels, clipped; values that are not finite are left out.
    public static func clipped(_ values: [Float]) -> Estimate {
        values.filter(\.isFinite).withUnsafeBufferPointer { clipped(finite: $0, instructionSet: .detected) }
    }

    /// Noise from an inverse variance map, shape `[band, y, x]`: `1 / sqrt(median)` over its positive pixels.
    ///
    /// - Returns: One sigma a band; NaN for a band without a positive pixel.
    public static func sigmas(inverseVariance: [Float], bands: Int) -> [Float] {
        let plane = inverseVariance.count / max(1, bands)
        precondition(
            plane * bands == inverseVariance.count,
            "SkyStatistics: \(inverseVariance.count) inverse variances do not fill \(bands) bands")
        return (0..<bands).map { band in
            let weights = inverseVariance[band * plane..<(band + 1) * plane].filter { $0 > 0 && $0.isFinite }
            guard !weights.isEmpty else { return .nan }
            let median = weights.withUnsafeBufferPointer {
                galatea_order_statistic(
                    galatea_level(UInt32(InstructionSet.detected.rawValue)), $0.baseAddress, $0.count,
                    ($0.count - 1) / 2)
            }
            return 1 / median.squareRoot()
        }
    }
}
