import Astronomy
import Computing
import FITS
import Foundation
import GalaxyModels
import Pipeline
import TestSupport
import Testing

/// Cutouts on the model's grid give their pixels to the model as they stand, others are resampled first.
@Suite("Cutouts on the grid of the model")
struct GridPassingTests {
    private static let model = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("models/mock-grz-paper").path

    /// A plane that differs from the grid's own.
    private struct Variant {
        var declination = 20.0
        /// By how many pixels the reference pixel is moved.
        var offset = SIMD2(0.0, 0.0)
        /// By what part pixels are larger.
        var growth = 0.0
        /// By what angle north is turned, degrees.
        var turn = 0.0
    }

    /// The cards of a plane.
    private func cards(_ variant: Variant, size: Int, scale: Double) -> [HeaderCard] {
        let degrees = scale / 3600 * (1 + variant.growth)
        let (c, s) = (cos(variant.turn * .pi / 180) * degrees, sin(variant.turn * .pi / 180) * degrees)
        let middle = Double(size + 1) / 2
        return [
            HeaderCard("BANDS", "grz"), HeaderCard("CTYPE1", "RA---TAN"), HeaderCard("CTYPE2", "DEC--TAN"),
            HeaderCard("CRVAL1", 33.0), HeaderCard("CRVAL2", .real(variant.declination)),
            HeaderCard("CRPIX1", .real(middle + variant.offset.x)),
            HeaderCard("CRPIX2", .real(middle + variant.offset.y)), HeaderCard("CD1_1", .real(-c)),
            HeaderCard("CD1_2", .real(s)), HeaderCard("CD2_1", .real(s)), HeaderCard("CD2_2", .real(c)),
        ]
    }

    @Test("Planes within the tolerances pass to the bit at any declination, others do not")
    func passing() throws {
        let inference = try LatentInference(model: Self.model)
        let configuration = inference.model.configuration
        let size = configuration.imageSize
        // Pixels without any likeness among neighbours: resampling would show.
        var generator = CounterGenerator(seed: 3)
        let pixels = (0..<3 * size * size).map { _ in Float.random(in: 0...1, using: &generator) }
        let passing =
            [-89.9, -85, -80, -79.9, 0, 79.9, 80, 85, 89.9].map { Variant(declination: $0) } + [
                Variant(offset: SIMD2(5e-4, -5e-4)), Variant(offset: SIMD2(2e-3, 0)),
                Variant(offset: SIMD2(0.6, -0.3)), Variant(growth: 1e-8), Variant(growth: 1e-4),
                Variant(turn: 1e-6), Variant(turn: 0.05),
            ]
        let others = [Variant(growth: 0.02), Variant(growth: -0.02), Variant(turn: 1), Variant(turn: 180)]
        let folder = try TemporaryFolder()
        for (index, variant) in (passing + others).enumerated() {
            let writer = try FITSWriter(path: folder.path("\(100 + index).fits"))
            try writer.append(
                image: pixels, axes: [size, size, 3], name: "CUTOUT",
                cards: cards(variant, size: size, scale: configuration.pixelScale))
            try writer.finish()
        }
        let source = try LatentInference.Source([folder.url.path])
        let latents = try inference.latents(of: source, threads: 1)
        #expect(try inference.latents(of: source, threads: 2) == latents)
        let count = latents.count / (passing.count + others.count)
        let rows = stride(from: 0, to: latents.count, by: count).map { Array(latents[$0..<$0 + count]) }
        for (variant, row) in zip(passing, rows) { #expect(row == rows[0], "\(variant)") }
        for (variant, row) in zip(others, rows.dropFirst(passing.count)) {
            #expect(row != rows[0], "\(variant)")
        }
    }
}
