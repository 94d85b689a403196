public import Astronomy
internal import Foundation

extension SourceMeasurer {
    /// The position angle, east of north in `[0, pi)`, of an axis at `angle` from +x towards +y in pixels.
    ///
    /// - Parameters:
    ///   - angle: Radians on the pixel grid, rows counted upwards.
    ///   - plane: The sky under the pixels; north up and east left when `nil`.
    public static func positionAngle(ofPixelAxis angle: Double, plane: TangentPlane? = nil) -> Angle {
        let axis = SIMD2(cos(angle), sin(angle))
        if let plane { return plane.positionAngle(ofAxis: axis) }
        return Angle(radians: atan2(-axis.x, axis.y)).foldedAxis
    }

    /// Axis ratio, ellipticity, position angle and the noise of the ellipticity.
    ///
    /// The second moments of the smoothed light above the isophote, carried to the sky by the full CD matrix.
    /// They include the seeing: an axis ratio is that of the image, rounder than the galaxy.
    func measureShape(
        of source: SourceExtraction.Source, in frame: MeasurementFrame, into result: inout SourceMeasurement
    ) {
        let moments = frame.momentsOnSky(of: source)
        let trace = moments.northNorth + moments.eastEast
        result.ellipticity = SIMD2(moments.northNorth - moments.eastEast, 2 * moments.northEast) / trace
        let size = (result.ellipticity * result.ellipticity).sum().squareRoot()
        result.axisRatio = ((1 - min(size, 1)) / (1 + size)).squareRoot()
        result.positionAngle =
            size > 0
            ? Angle(radians: atan2(result.ellipticity.y, result.ellipticity.x) / 2).foldedAxis.radians : .nan
        result.ellipticitySigma = ellipticityNoise(of: source, in: frame)
    }

    /// Standard error of an ellipticity component from the sky noise under the source's pixels.
    ///
    /// To first order `e_1 = sum f (u^2 - v^2) / sum f (u^2 + v^2)`, so
    /// `sigma(e_1)^2 = sigma^2 sum (u^2 - v^2 - e_1 (u^2 + v^2))^2 / (F T)^2`, F the flux, T the trace of the
    /// moments; likewise for `2 u v`. The mean of the two is given.
    private func ellipticityNoise(
        of source: SourceExtraction.Source, in frame: MeasurementFrame
    ) -> Double {
        let trace = source.xx + source.yy
        let first = (source.xx - source.yy) / trace
        let second = 2 * source.xy / trace
        var sum = 0.0
        for pixel in source.pixels {
            let u = Double(Int(pixel) % frame.width) - source.center.x
            let v = Double(Int(pixel) / frame.width) - source.center.y
            let square = u * u + v * v
            sum += pow(u * u - v * v - first * square, 2) + pow(2 * u * v - second * square, 2)
        }
        var correlation = 1.0
        for band in frame.bands.indices where frame.weights[band] > 0 {
            correlation = max(correlation, frame.noiseCorrelations[band])
        }
        return frame.stackSigma * correlation * (sum / 2).squareRoot() / (source.flux * trace)
    }

    /// Error of the position angle, and whether there is one.
    ///
    /// `sigma(phi) = sigma(e) / 2 e` for small errors. The error of e holds the sky noise, a floor for what the
    /// noise does not know, and what the point spread function may feign, `seeingEllipticity` times its share
    /// `(r_seeing / r_50)^2` of the light's extent: a round or unresolved source has no angle.
    func markAngle(in frame: MeasurementFrame, into result: inout SourceMeasurement) {
        // The half-light radius of a Moffat profile with beta 3.5 is 0.57 of its full width at half maximum.
        let share = min(1, pow(0.57 * settings.seeing / result.halfLightRadius, 2))
        let feigned = settings.seeingEllipticity * (share.isNaN ? 1 : share)
        let error = hypot(hypot(result.ellipticitySigma, settings.ellipticityFloor), feigned)
        let size = (result.ellipticity * result.ellipticity).sum().squareRoot()
        result.ellipticitySigma = error
        let sigma = size > 0 ? error / (2 * size) : .infinity
        result.positionAngleSigma = min(sigma, SourceMeasurement.unknownAngleSigma)
        if sigma <= settings.maximumAngleSigma {
            result.flags.remove(.angleUndefined)
        } else {
            result.flags.insert(.angleUndefined)
        }
    }
}

extension MeasurementFrame {
    /// Second moments on the sky, arcsec^2.
    struct SkyMoments: Sendable {
        var northNorth: Double
        var eastEast: Double
        var northEast: Double
    }

    /// The source's second moments towards north and east.
    func momentsOnSky(of source: SourceExtraction.Source) -> SkyMoments {
        let east = plane.map { $0.eastPerPixel * 3600 } ?? SIMD2(-pixelScale, 0)
        let north = plane.map { $0.northPerPixel * 3600 } ?? SIMD2(0, pixelScale)
        func moment(_ p: SIMD2<Double>, _ q: SIMD2<Double>) -> Double {
            p.x * q.x * source.xx + p.y * q.y * source.yy + (p.x * q.y + p.y * q.x) * source.xy
        }
        return SkyMoments(
            northNorth: moment(north, north), eastEast: moment(east, east), northEast: moment(north, east))
    }

    /// Standard deviation of the source's light along its major axis, arcsec.
    func semiMajorOnSky(of source: SourceExtraction.Source) -> Double {
        let moments = momentsOnSky(of: source)
        let middle = (moments.northNorth + moments.eastEast) / 2
        return (middle + hypot((moments.northNorth - moments.eastEast) / 2, moments.northEast)).squareRoot()
    }
}
