import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Bicubic resize")
struct BicubicResizeTests {
    struct Case: Decodable {
        var bands, height, width, toHeight, toWidth: Int
        var input, output: [Float]
    }

    /// A preparation whose scaling is so weak that it is linear: `asinh(f / 1e6) * 1e6 = f`.
    static func resized(_ image: Case, level: InstructionSet) -> [Float] {
        let size = ImageSize(width: image.width, height: image.height)
        let preparation = InputPreparation(
            bandCount: image.bands, scaling: .asinh(sigmas: 1e6, removesSky: false),
            resize: BicubicResize(
                from: size, to: ImageSize(width: image.toWidth, height: image.toHeight)),
            instructionSet: level)
        let sky = SkyStatistics(
            levels: Array(repeating: 0, count: image.bands), sigmas: Array(repeating: 1, count: image.bands))
        return preparation.prepare(image.input, sky: sky).pixels.map { $0 * 1e6 }
    }

    @Test("Equals torch's bicubic interpolation", arguments: InstructionSet.available)
    func torch(level: InstructionSet) throws {
        for image in try Golden.read("bicubic.json", as: [Case].self) {
            expectClose(
                Self.resized(image, level: level), image.output, absolute: 1e-4, relative: 2e-6,
                "\(image.bands) x \(image.height) x \(image.width)")
        }
    }

    @Test("A resize to the same size changes nothing", arguments: InstructionSet.available)
    func identity(level: InstructionSet) {
        let input = (0..<3 * 7 * 5).map { Float($0 % 11) }
        let image = Case(
            bands: 3, height: 7, width: 5, toHeight: 7, toWidth: 5, input: input, output: [])
        let expected = (0..<35).flatMap { pixel in (0..<3).map { input[$0 * 35 + pixel] } }
        expectClose(Self.resized(image, level: level), expected, relative: 1e-6)
    }

    @Test("Halving a row by hand: weights -0.09375, 0.59375, 0.59375, -0.09375")
    func byHand() {
        let image = Case(
            bands: 1, height: 1, width: 4, toHeight: 1, toWidth: 2, input: [8, 0, 16, 32], output: [])
        // Sample 0 lies at 0.5 between pixels 0 and 1, its left neighbour repeats pixel 0.
        let first: Float = -0.09375 * 8 + 0.59375 * 8 + 0 - 0.09375 * 16
        let second: Float = 0 + 0.59375 * 16 + 0.59375 * 32 - 0.09375 * 32
        expectClose(Self.resized(image, level: .portable), [first, second], relative: 1e-6)
    }

    /// Widths whose blocks of outputs, at the widest level, are whole, smaller, or none; growing ones among them.
    static let widths = [
        (128, 69), (128, 64), (160, 69), (256, 69), (300, 69), (40, 69), (33, 17), (128, 1), (100, 69),
        (31, 15),
    ]

    @Test("Levels agree to 1e-5 at any size and number of bands", arguments: widths, [1, 2, 3, 5])
    func levels(width: (from: Int, to: Int), bands: Int) {
        var generator = CounterGenerator(seed: 3)
        for (height, toHeight) in [(128, 69), (3, 2), (300, 20), (9, 31)] {
            let input = (0..<bands * height * width.from).map { _ in
                Float(generator.normal(mean: 0.1, sigma: 1))
            }
            let image = Case(
                bands: bands, height: height, width: width.from, toHeight: toHeight, toWidth: width.to,
                input: input, output: [])
            let portable = Self.resized(image, level: .portable)
            for level in InstructionSet.available {
                expectClose(
                    Self.resized(image, level: level), portable, absolute: 1e-5, relative: 1e-5,
                    "\(bands) x \(height) x \(width.from) to \(toHeight) x \(width.to), \(level)")
            }
        }
    }
}
