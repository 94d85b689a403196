internal import Astronomy
internal import Foundation

extension CutoutResampler {
    /// The weights of one output pixel along one axis of the input.
    private struct Taps {
        var first = 0
        var weights: [Double] = []

        /// Lanczos-3 weights around `position`, the kernel `width` pixels a unit; taps off the image are dropped.
        mutating func set(position: Double, width: Double, length: Int) {
            let reach = 3 * width
            first = max(0, Int((position - reach).rounded(.up)))
            let last = min(length - 1, Int((position + reach).rounded(.down)))
            weights.removeAll(keepingCapacity: true)
            guard first <= last else { return }
            for index in first...last {
                weights.append(CutoutResampler.lanczos((Double(index) - position) / width))
            }
        }
    }

    /// The Lanczos window of order 3, `sinc(x) sinc(x / 3)`.
    static func lanczos(_ x: Double) -> Double {
        if abs(x) < 1e-9 { return 1 }
        guard abs(x) < 3 else { return 0 }
        let angle = Double.pi * x
        return 3 * sin(angle) * sin(angle / 3) / (angle * angle)
    }

    /// The image under the widened kernel at every pixel of the grid.
    func interpolated(_ image: GalaxyImage, _ map: GridMap) -> GalaxyImage {
        let bands = image.bands.count
        var result = GalaxyImage(
            bands: image.bands, width: size.width, height: size.height,
            pixels: Array(repeating: 0, count: bands * size.count),
            inverseVariance: image.inverseVariance.map { _ in Array(repeating: 0, count: bands * size.count)
            },
            maskBits: image.maskBits.map { _ in Array(repeating: 0, count: bands * size.count) },
            plane: map.plane, pixelScale: pixelScale, flags: image.flags.union(.resampled))
        // The footprint of an output pixel along each input axis, at least one input pixel.
        let widthX = max(1, GridMap.length(SIMD2(map.dx.x, map.dy.x)))
        let widthY = max(1, GridMap.length(SIMD2(map.dx.y, map.dy.y)))
        var columns = Taps()
        var rows = Taps()
        for y in 0..<size.height {
            for x in 0..<size.width {
                let position = map.origin + map.dx * Double(x) + map.dy * Double(y)
                guard position.x >= -0.5, position.y >= -0.5, position.x <= Double(image.width) - 0.5,
                    position.y <= Double(image.height) - 0.5
                else {
                    result.flags.insert(.padded)
                    continue
                }
                columns.set(position: position.x, width: widthX, length: image.width)
                rows.set(position: position.y, width: widthY, length: image.height)
                for band in 0..<bands {
                    let output = (band * size.height + y) * size.width + x
                    let plane = band * image.width * image.height
                    let value = Self.weighted(image, plane, columns, rows)
                    result.pixels[output] = value.pixel
                    result.inverseVariance?[output] = value.inverseVariance
                    if let bits = image.maskBits {
                        result.maskBits?[output] = Self.united(
                            bits, plane, image, around: position, reach: SIMD2(widthX, widthY) / 2)
                    }
                }
            }
        }
        return result
    }

    /// One output pixel of one band that begins at `plane`.
    private static func weighted(
        _ image: GalaxyImage, _ plane: Int, _ columns: Taps, _ rows: Taps
    ) -> (pixel: Float, inverseVariance: Float) {
        var light = 0.0
        var used = 0.0
        var all = 0.0
        var variance = 0.0
        image.pixels.withUnsafeBufferPointer { pixels in
            for (j, rowWeight) in rows.weights.enumerated() {
                let start = plane + (rows.first + j) * image.width + columns.first
                for (i, columnWeight) in columns.weights.enumerated() {
                    let weight = rowWeight * columnWeight
                    all += weight
                    let value = pixels[start + i]
                    guard value.isFinite else { continue }
                    if let inverseVariance = image.inverseVariance {
                        let own = inverseVariance[start + i]
                        guard own > 0 else { continue }
                        variance += weight * weight / Double(own)
                    }
                    light += weight * Double(value)
                    used += weight
                }
            }
        }
        guard used > 0.5 * all, all > 0 else { return (.nan, 0) }
        let inverse = variance > 0 ? used * used / variance : 0
        return (Float(light / used), inverse.isFinite ? Float(inverse) : 0)
    }

    /// The bits of every input pixel whose centre lies within `reach` of a position, and of the nearest one.
    private static func united(
        _ bits: [Int32], _ plane: Int, _ image: GalaxyImage, around position: SIMD2<Double>,
        reach: SIMD2<Double>
    ) -> Int32 {
        func range(_ centre: Double, _ reach: Double, _ length: Int) -> ClosedRange<Int> {
            let nearest = min(length - 1, max(0, Int(centre.rounded())))
            let low = min(nearest, max(0, Int((centre - reach).rounded(.up))))
            return low...max(nearest, min(length - 1, Int((centre + reach).rounded(.down))))
        }
        var result: Int32 = 0
        for y in range(position.y, reach.y, image.height) {
            for x in range(position.x, reach.x, image.width) { result |= bits[plane + y * image.width + x] }
        }
        return result
    }
}
