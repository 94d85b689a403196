import CKernels
import Computing
import Testing

@Suite("Plane kernels equal naive loops")
struct PlaneKernelTests {
    private typealias Kernels = PhotometryKernelTests

    private static let sizes = [(128, 12), (70, 9), (33, 8), (9, 2), (65, 65)]

    @Test("Four pixels in one; an odd last row or column is left out", arguments: InstructionSet.available)
    func halving(set: InstructionSet) {
        for (width, height) in Self.sizes {
            let image = Kernels.noise(width * height, seed: 2)
            let whole = Kernels.Plane(image, width: width, height: height)
            let (halfWidth, halfHeight) = (width / 2, height / 2)
            let half = Kernels.Plane(
                [Float](repeating: 7, count: halfWidth * halfHeight), width: halfWidth, height: halfHeight)
            galatea_halve_plane(Kernels.level(set), whole.plane, half.plane)
            let expected = (0..<halfWidth * halfHeight).map { index in
                let first = index / halfWidth * 2 * width + index % halfWidth * 2
                return (image[first] + image[first + width]) + (image[first + 1] + image[first + width + 1])
            }
            #expect(half.image == expected, "\(width) x \(height)")
            // Behind a row the plane is 0, which the moments rely on.
            for y in 0..<halfHeight {
                #expect(half.plane.pixels[y * half.plane.stride + halfWidth] == 0)
            }
        }
    }

    @Test("A shift reaches every pixel and nothing beyond", arguments: InstructionSet.available)
    func shift(set: InstructionSet) {
        for (width, height) in Self.sizes {
            let image = Kernels.noise(width * height, seed: 3)
            let plane = Kernels.Plane(image, width: width, height: height)
            galatea_shift_plane(Kernels.level(set), plane.plane, 0.25)
            #expect(plane.image == image.map { $0 + 0.25 })
            for y in 0..<height { #expect(plane.plane.pixels[y * plane.plane.stride + width] == 0) }
        }
    }

    @Test("A shift of chosen pixels reaches those and no others")
    func shiftOfPixels() {
        for (width, height) in Self.sizes {
            let image = Kernels.noise(width * height, seed: 4)
            let mask = image.indices.map { $0 % 5 == 2 || $0 % 64 == 63 }
            let plane = Kernels.Plane(image, width: width, height: height)
            galatea_shift_pixels(
                plane.plane, Kernels.bits(mask, width: width), Int32((width + 63) / 64), 1.5)
            #expect(plane.image == image.indices.map { mask[$0] ? image[$0] + 1.5 : image[$0] })
        }
    }

    @Test("Masked pixels become their mirror image, or nothing where that is masked or outside")
    func mirror() {
        for (width, height) in Self.sizes {
            let image = Kernels.noise(width * height, seed: 5)
            let mask = image.indices.map { $0 % 7 == 1 || $0 % 11 < 2 }
            let (twiceX, twiceY) = (width - 3, height + 1)
            let plane = Kernels.Plane(image, width: width, height: height)
            galatea_mirror_pixels(
                plane.plane, Kernels.bits(mask, width: width), Int32((width + 63) / 64), Int32(twiceX),
                Int32(twiceY))
            let expected = image.indices.map { index in
                guard mask[index] else { return image[index] }
                let opposite = Self.opposite(index, width, height, twiceX, twiceY)
                return opposite.map { mask[$0] ? 0 : image[$0] } ?? 0
            }
            #expect(plane.image == expected, "\(width) x \(height)")
        }
    }

    @Test("A band's gaps are found, and filled from the other side where there is light of its own")
    func gaps() {
        for (width, height) in Self.sizes {
            var pixels = Kernels.noise(2 * width * height, seed: 6, mean: 3)
            let gaps = (0..<width * height).map { $0 % 13 == 4 || $0 % 29 < 3 }
            for index in gaps.indices where gaps[index] {
                pixels[width * height + index] = index % 2 == 0 ? .nan : -.infinity
            }
            let others = gaps.indices.map { $0 % 17 == 2 }
            let words = Int32((width + 63) / 64)
            var found = [UInt64](repeating: ~0, count: Int(words) * height)
            let stack = Kernels.Plane(
                [Float](repeating: 1, count: width * height), width: width, height: height)
            let (twiceX, twiceY) = (width, height - 2)
            let largest = Kernels.withCutout(pixels, bands: 2, width: width, height: height) { cutout in
                galatea_gap_bits(&cutout, 1, &found, words)
                galatea_mirror_gaps(
                    &cutout, 1, 3, 0.5, found, Kernels.bits(others, width: width), words, Int32(twiceX),
                    Int32(twiceY), stack.plane)
                return galatea_largest_deviation(&cutout, 1, 3)
            }
            #expect(found == Kernels.bits(gaps, width: width))
            let band = Array(pixels[(width * height)...])
            let expected = gaps.indices.map { index -> Float in
                guard gaps[index], !others[index],
                    let opposite = Self.opposite(index, width, height, twiceX, twiceY),
                    !gaps[opposite], !others[opposite]
                else { return 1 }
                return 1 + (band[opposite] - 3) * 0.5
            }
            for (one, other) in zip(stack.image, expected) { #expect(abs(one - other) < 1e-6) }
            #expect(largest == band.filter(\.isFinite).map { abs($0 - 3) }.max())
        }
    }

    /// The pixel on the other side of a centre, given twice; `nil` outside.
    private static func opposite(
        _ index: Int, _ width: Int, _ height: Int, _ twiceX: Int, _ twiceY: Int
    ) -> Int? {
        let (x, y) = (twiceX - index % width, twiceY - index / width)
        return (0..<width).contains(x) && (0..<height).contains(y) ? y * width + x : nil
    }
}
