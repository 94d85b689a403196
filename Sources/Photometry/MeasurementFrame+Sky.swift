internal import Foundation

extension MeasurementFrame {
    /// Measures and subtracts the sky of every band and fills gaps with 0.
    mutating func removeSky(_ settings: SourceMeasurer.Settings) {
        for band in bands.indices {
            let estimate = borderSky(band: band, avoiding: nil)
            sky.levels[band] = estimate.level
            sky.sigmas[band] = estimate.sigma
            let level = estimate.level.isFinite ? estimate.level : 0
            for index in 0..<count { bands[band][index] = gaps[band][index] ? 0 : bands[band][index] - level }
            if case .boxes(let size, let filter) = settings.sky,
                let flat = SEPImage.subtractingBoxes(
                    bands[band], width: width, height: height, box: max(1, size), filter: max(1, filter))
            {
                bands[band] = flat
                for index in 0..<count where gaps[band][index] { bands[band][index] = 0 }
            }
        }
    }

    /// Measures the sky again where no source was found, and the correlation of its pixels.
    mutating func refineSky(_ settings: SourceMeasurer.Settings) {
        let covered = grown(labels.map { $0 != 0 }, by: 3)
        for band in bands.indices where weights[band] > 0 {
            if settings.sky == .border {
                let found = borderSky(band: band, avoiding: covered)
                if found.level.isFinite, found.sigma.isFinite {
                    for index in 0..<count where !gaps[band][index] { bands[band][index] -= found.level }
                    sky.levels[band] += found.level
                    sky.sigmas[band] = found.sigma
                }
            }
            noiseCorrelations[band] = noiseCorrelation(band: band, covered: covered)
        }
    }

    /// Median and noise of a band's border; the whole image where the border has fewer than 64 usable pixels.
    ///
    /// With sources to avoid, the estimate is NaN unless a quarter of the border is free.
    private mutating func borderSky(band: Int, avoiding covered: [Bool]?) -> SkyStatistics.Estimate {
        let border = SkyStatistics.borderWidth(of: ImageSize(width: width, height: height))
        var values: [Float] = []
        var total = 0
        for y in 0..<height {
            let isEdgeRow = y < border || y >= height - border
            for x in 0..<width where isEdgeRow || x < border || x >= width - border {
                let index = y * width + x
                guard !gaps[band][index] else { continue }
                total += 1
                if covered?[index] != true { values.append(bands[band][index]) }
            }
        }
        if covered != nil {
            guard values.count >= 64, 4 * values.count >= total else {
                return SkyStatistics.Estimate(level: .nan, sigma: .nan)
            }
        } else if values.count < 64 {
            values = (0..<count).filter { !gaps[band][$0] }.map { bands[band][$0] }
        }
        // Uncovered parts of the sky are exactly 0 and would feign a sky without noise.
        let filled = values.filter { $0 != 0 }
        let estimate = SkyStatistics.clipped(2 * filled.count >= values.count ? filled : values)
        skyCounts[band] = max(1, filled.count)
        return estimate
    }

    /// Square root of the sum of the sky's autocorrelation over lags of up to 2 pixels, between 1 and 3.
    private func noiseCorrelation(band: Int, covered: [Bool]) -> Double {
        let sigma = sky.sigmas[band]
        guard sigma > 0, width > 8, height > 8 else { return 1 }
        // Covered and outlying pixels become 0 and leave the pair counts.
        var values = [Float](repeating: 0, count: count)
        var free = [Float](repeating: 0, count: count)
        for index in 0..<count where !covered[index] && !gaps[band][index] {
            let value = bands[band][index]
            if abs(value) < 4 * sigma {
                values[index] = value
                free[index] = 1
            }
        }
        func covariance(_ dx: Int, _ dy: Int) -> Double {
            var sum = 0.0
            var pairs = 0.0
            for y in 0..<height - dy {
                let low = y * width + max(0, -dx)
                let end = y * width + width - max(0, dx)
                var rowSum: Float = 0
                var rowPairs: Float = 0
                for index in low..<end {
                    let other = index + dy * width + dx
                    rowSum += values[index] * values[other]
                    rowPairs += free[index] * free[other]
                }
                sum += Double(rowSum)
                pairs += Double(rowPairs)
            }
            return pairs > 100 ? sum / pairs : 0
        }
        let variance = covariance(0, 0)
        guard variance > 0 else { return 1 }
        var total = 1.0
        for (dx, dy) in [(1, 0), (2, 0)] + (-2...2).flatMap({ [($0, 1), ($0, 2)] }) {
            total += 2 * covariance(dx, dy) / variance
        }
        return min(9, max(1, total)).squareRoot()
    }

    /// A mask with every set pixel grown into a square of side `2 margin + 1`.
    func grown(_ mask: [Bool], by margin: Int) -> [Bool] {
        guard margin > 0 else { return mask }
        // Along rows, then along columns: each pass spreads runs by the margin.
        var rows = mask
        for y in 0..<height {
            for x in 0..<width where mask[y * width + x] {
                for near in max(0, x - margin)...min(width - 1, x + margin) { rows[y * width + near] = true }
            }
        }
        var result = rows
        for y in 0..<height {
            for x in 0..<width where rows[y * width + x] {
                for near in max(0, y - margin)...min(height - 1, y + margin) {
                    result[near * width + x] = true
                }
            }
        }
        return result
    }
}
