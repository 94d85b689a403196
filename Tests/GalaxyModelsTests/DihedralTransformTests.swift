import Astronomy
import GalaxyModels
import TestSupport
import Testing

@Suite("Turning and mirroring")
struct DihedralTransformTests {
    @Test("The eight transforms of a small image are different permutations, the first the identity")
    func permutations() {
        let image: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let all = (0..<8).map { DihedralTransform(number: $0).apply(image, side: 3, channels: 1) }
        #expect(all[0] == image)
        #expect(all[1] == [1, 4, 7, 2, 5, 8, 3, 6, 9])
        #expect(all[2] == [3, 2, 1, 6, 5, 4, 9, 8, 7])
        #expect(Set(all).count == 8)
        #expect(all.allSatisfy { $0.sorted() == image })
    }

    @Test("Channels stay together")
    func channels() {
        let image: [Float] = [1, -1, 2, -2, 3, -3, 4, -4]
        #expect(
            DihedralTransform(number: 1).apply(image, side: 2, channels: 2) == [1, -1, 3, -3, 2, -2, 4, -4])
    }

    @Test("The orientation follows the pixels", arguments: 0..<8)
    func orientation(number: Int) throws {
        let side = 41
        let transform = DihedralTransform(number: number)
        // A bar towards 30 degrees east of north in an image with north up and east left.
        let angle = Angle(degrees: 30)
        let image = Self.bar(angle, side: side)
        let measured = Self.orientation(of: transform.apply(image, side: side, channels: 1), side: side)
        let before = Self.orientation(of: image, side: side)
        let expected = transform.orientation(cosine: before.cosine, sine: before.sine)
        expectClose([measured.cosine, measured.sine], [expected.cosine, expected.sine], absolute: 1e-5)
    }

    /// A straight bar through the centre.
    private static func bar(_ angle: Angle, side: Int) -> [Float] {
        let centre = Double(side - 1) / 2
        let direction = (x: -0.5, y: 0.8660254)  // east of north by 30 degrees, east to the left
        return (0..<side * side).map { pixel in
            let x = Double(pixel % side) - centre
            let y = Double(pixel / side) - centre
            let across = x * direction.y - y * direction.x
            return abs(across) < 2 && x * x + y * y < 300 ? 1 : 0
        }
    }

    /// Ellipticity components from second moments: cos 2 phi and sin 2 phi with north up, east left.
    private static func orientation(of image: [Float], side: Int) -> (cosine: Float, sine: Float) {
        let centre = Float(side - 1) / 2
        var xx: Float = 0
        var yy: Float = 0
        var xy: Float = 0
        for (pixel, value) in image.enumerated() {
            let east = -(Float(pixel % side) - centre)
            let north = Float(pixel / side) - centre
            xx += value * east * east
            yy += value * north * north
            xy += value * east * north
        }
        return ((yy - xx) / (xx + yy), 2 * xy / (xx + yy))
    }
}
