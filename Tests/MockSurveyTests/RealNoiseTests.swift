import Astronomy
import Computing
import Foundation
import MockSurvey
import TestSupport
import Testing

@Suite("Noise beside a real cutout")
struct RealNoiseTests {
    /// Noise of a band: 1.48 MAD and lag-1 correlation of what is left after a 9-pixel median in each row's
    /// box.
    private func statistics(_ pixels: [Float], side: Int) -> (sigma: Double, correlation: Double) {
        var rest: [Double] = []
        var local: [Double] = []
        let reach = 6
        for row in reach..<side - reach {
            for column in reach..<side - reach {
                var box: [Float] = []
                for y in stride(from: -reach, through: reach, by: 2) {
                    for x in stride(from: -reach, through: reach, by: 2) {
                        box.append(pixels[(row + y) * side + column + x])
                    }
                }
                box.sort()
                let median = Double(box[box.count / 2])
                local.append(median)
                rest.append(Double(pixels[row * side + column]) - median)
            }
        }
        let width = side - 2 * reach
        let sky = local.sorted()[local.count / 2]
        let sigma = 1.4826 * rest.map { abs($0) }.sorted()[rest.count / 2]
        let good = rest.indices.map { abs(rest[$0]) < 3 * sigma && local[$0] - sky < sigma }
        var (variance, product, count) = (0.0, 0.0, 0.0)
        for index in rest.indices where index % width < width - 1 && index / width < width - 1 {
            guard good[index], good[index + 1], good[index + width] else { continue }
            variance += rest[index] * rest[index]
            product += rest[index] * (rest[index + 1] + rest[index + width]) / 2
            count += 1
        }
        return ((variance / count).squareRoot(), product / variance)
    }

    @Test(
        "Per-pixel noise and correlation of neighbours are those of a DECaLS cutout",
        .enabled(if: RealData.isAvailable))
    func real() throws {
        let folder = try #require(RealData.folder)
        let data = try Data(
            contentsOf: folder.appendingPathComponent("images/legacy_survey_fits/temp_small.fits"))
        let side = 225
        let start = 2880
        let values = (0..<3 * side * side).map { index -> Float in
            let offset = start + 4 * index
            let bits = data[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Float(bitPattern: bits)
        }
        var configuration = MockSurveyConfiguration(count: 24, seed: 30, limit: 20)
        configuration.classFractions = [:]
        let survey = MockSurvey(configuration)
        for band in 0..<3 {
            let measured = statistics(
                Array(values[(band * side * side)..<((band + 1) * side * side)]), side: side)
            var (sigmas, correlations) = ([Double](), [Double]())
            for index in 0..<24 {
                let exposure = survey.exposure(index)
                let mock = statistics(
                    Array(exposure.image.pixels[(band * 16384)..<((band + 1) * 16384)]), side: 128)
                // As if of two passes.
                sigmas.append(mock.sigma * (Double(exposure.object.passes) / 2).squareRoot())
                correlations.append(mock.correlation)
            }
            let sigma = sigmas.sorted()[12]
            let correlation = correlations.sorted()[12]
            print("band \(band): real \(measured), mock \(sigma) \(correlation)")
            #expect(abs(sigma / measured.sigma - 1) < 0.6, "band \(band): \(sigma), real \(measured.sigma)")
            #expect(abs(correlation - measured.correlation) < 0.08)
        }
    }
}
