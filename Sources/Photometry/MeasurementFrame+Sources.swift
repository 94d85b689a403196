internal import Foundation

extension MeasurementFrame {
    /// Adds the bands that carry information; the stack of the others is 0.
    mutating func makeStack(_ settings: SourceMeasurer.Settings) {
        weights = bands.indices.map { band in
            let sigma = sky.sigmas[band]
            guard sigma.isFinite, sigma > 0 else { return 0 }
            return settings.stack == .sum ? 1 : 1 / sigma
        }
        stackBands()
    }

    /// Adds the bands with their weights.
    mutating func stackBands() {
        stack = Array(repeating: 0, count: count)
        var variance = 0.0
        for band in bands.indices where weights[band] > 0 {
            let weight = weights[band]
            for index in 0..<count { stack[index] += weight * bands[band][index] }
            variance += pow(Double(weight) * Double(sky.sigmas[band]), 2)
        }
        stackSigma = variance.squareRoot()
    }

    /// Finds the sources of the stack, measures the sky again between them and picks the target.
    ///
    /// - Returns: The source whose barycentre is nearest the target pixel; `nil` when it is farther than the
    ///   tolerance and does not cover that pixel.
    mutating func findTarget(_ settings: SourceMeasurer.Settings) -> SourceExtraction.Source? {
        guard stackSigma > 0, stackSigma.isFinite, stack.allSatisfy({ $0.isFinite }) else { return nil }
        let found = SourceExtraction(
            stack,
            SourceExtraction.Request(
                width: width, height: height, threshold: settings.threshold * stackSigma,
                minimumArea: settings.minimumArea, kernel: Self.gaussian(width: settings.smoothingWidth),
                deblendingLevels: settings.deblendingLevels, deblendingContrast: settings.deblendingContrast)
        ).sources
        for (index, source) in found.enumerated() {
            for pixel in source.pixels { labels[Int(pixel)] = Int32(index + 1) }
        }
        refineSky(settings)
        stackBands()
        func distance(_ source: SourceExtraction.Source) -> Double {
            let difference = source.center - target
            return (difference * difference).sum().squareRoot()
        }
        guard let nearest = found.indices.min(by: { distance(found[$0]) < distance(found[$1]) }) else {
            return nil
        }
        let source = found[nearest]
        let middle = Int(target.y.rounded()) * width + Int(target.x.rounded())
        let covers = labels.indices.contains(middle) && labels[middle] == Int32(nearest + 1)
        guard covers || distance(source) * pixelScale <= max(settings.centralTolerance, 1.5 * pixelScale)
        else {
            return nil
        }
        guard source.semiMajor > 0, source.semiMinor > 0, source.flux > 0 else { return nil }
        keepOnly(Int32(nearest + 1), around: source.center, margin: settings.neighbourMargin)
        return source
    }

    /// A normalised Gaussian on a square of odd side, cut where it falls below 1 % of its peak.
    static func gaussian(width: Double) -> [Float] {
        let line = gaussianLine(width: width)
        return line.flatMap { y in line.map { Float($0 * y) } }
    }

    /// A normalised Gaussian on a line of odd length.
    static func gaussianLine(width: Double) -> [Double] {
        let sigma = max(width, 0.1) / (8 * log(2)).squareRoot()
        let half = max(1, Int((3 * sigma).rounded(.down)))
        let line = (-half...half).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
        let sum = line.reduce(0, +)
        return line.map { $0 / sum }
    }

    /// Replaces neighbours and gaps, in every band and in the stack, by the pixel opposite the target's centre;
    /// by sky where that one is no better or lies outside.
    private mutating func keepOnly(_ label: Int32, around center: SIMD2<Double>, margin: Int) {
        var others = grown(labels.map { $0 != 0 && $0 != label }, by: margin)
        for index in 0..<count where labels[index] == label { others[index] = false }
        for band in bands.indices {
            let original = bands[band]
            for index in 0..<count where others[index] || gaps[band][index] {
                let x = Int((2 * center.x).rounded()) - index % width
                let y = Int((2 * center.y).rounded()) - index / width
                let opposite = y * width + x
                let isUsable =
                    x >= 0 && x < width && y >= 0 && y < height && !others[opposite] && !gaps[band][opposite]
                bands[band][index] = isUsable ? original[opposite] : 0
            }
        }
        stackBands()
    }
}
