import CKernels
import Testing

@Suite("Mask kernels")
struct MaskKernelTests {
    @Test("Masks grow into squares, within the image")
    func growth() {
        for (width, margin) in [(70, 3), (64, 2), (9, 1), (130, 3)] {
            let height = 12
            let mask = (0..<width * height).map { $0 % 97 == 5 }
            let words = (width + 63) / 64
            var out = [UInt64](repeating: ~0, count: words * height)
            galatea_grow_bits(
                PhotometryKernelTests.bits(mask, width: width), Int32(width), Int32(height), Int32(words),
                Int32(margin), &out)
            let expected = mask.indices.map { index in
                mask.indices.contains {
                    mask[$0] && abs($0 % width - index % width) <= margin
                        && abs($0 / width - index / width) <= margin
                }
            }
            #expect(out == PhotometryKernelTests.bits(expected, width: width))
        }
    }

    @Test("Each bit of a mask at half the resolution becomes four, an odd last row or column none")
    func doubling() {
        for (width, height) in [(128, 12), (70, 9), (131, 5), (9, 2)] {
            let (halfWidth, halfHeight) = (width / 2, height / 2)
            let (words, halfWords) = ((width + 63) / 64, (halfWidth + 63) / 64)
            let half = (0..<halfWidth * halfHeight).map { $0 % 7 == 3 || $0 % 64 == 31 }
            var out = [UInt64](repeating: ~0, count: words * height)
            galatea_double_bits(
                PhotometryKernelTests.bits(half, width: halfWidth), Int32(halfHeight), Int32(halfWords), &out,
                Int32(height),
                Int32(words))
            let expected = (0..<width * height).map { index in
                let (x, y) = (index % width / 2, index / width / 2)
                return x < halfWidth && y < halfHeight && half[y * halfWidth + x]
            }
            #expect(out == PhotometryKernelTests.bits(expected, width: width))
        }
    }
}
