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
    /// From second moments, carried to the sky by the full CD matrix. They include the seeing: the axis ratio is
    /// that of the image, rounder than the galaxy, unless the settings ask for its removal.
    func measureShape(
        of source: SourceExtraction.Source, in frame: MeasurementFrame, into result: inout SourceMeasurement
    ) {
        var moments = source.moments
        result.ellipticitySigma = isophotalNoise(of: source, in: frame)
        if settings.shape == .adaptive,
            let adaptive = AdaptiveMoments(
                frame.stack, width: frame.width, height: frame.height, start: source.moments,
                sigma: frame.stackSigma * frame.largestNoiseCorrelation)
        {
            moments = adaptive.moments
            result.ellipticitySigma = adaptive.ellipticitySigma
        }
        Self.setShape(frame.onSky(moments), settings, into: &result)
    }

    /// Axis ratio, ellipticity and position angle from moments on the sky.
    static func setShape(_ shape: SkyMoments, _ settings: Settings, into result: inout SourceMeasurement) {
        result.ellipticity = shape.ellipticity
        result.axisRatio = shape.axisRatio(removing: settings.removesSeeing ? settings.seeing : 0)
        let isRound = result.ellipticity == .zero
        result.positionAngle =
            isRound
            ? .nan
            : Angle(radians: atan2(result.ellipticity.y, result.ellipticity.x) / 2).foldedAxis.radians
    }

    /// Standard error of an isophotal ellipticity component from the sky noise under the source's pixels.
    ///
    /// To first order `e_1 = sum f (u^2 - v^2) / sum f (u^2 + v^2)`, so
    /// `sigma(e_1)^2 = sigma^2 sum (u^2 - v^2 - e_1 (u^2 + v^2))^2 / (F T)^2`, F the flux, T the trace of the
    /// moments; likewise for `2 u v`. The mean of the two is given.
    private func isophotalNoise(of source: SourceExtraction.Source, in frame: MeasurementFrame) -> Double {
        let moments = source.moments
        let first = (moments.xx - moments.yy) / moments.trace
        let second = 2 * moments.xy / moments.trace
        var sum = 0.0
        for pixel in source.pixels {
            let u = Double(Int(pixel) % frame.width) - source.center.x
            let v = Double(Int(pixel) / frame.width) - source.center.y
            let square = u * u + v * v
            sum += pow(u * u - v * v - first * square, 2) + pow(2 * u * v - second * square, 2)
        }
        let noise = frame.stackSigma * frame.largestNoiseCorrelation
        return noise * (sum / 2).squareRoot() / (source.flux * moments.trace)
    }

    /// Error of the position angle, and whether there is one.
    ///
    /// `sigma(phi) = sigma(e) / 2 e` for small errors. The error of e holds the sky noise, a floor for what the
    /// noise does not know, and what the point spread function may feign, `seeingEllipticity` times its share
    /// `(r_seeing / r_50)^2` of the light's extent: a round or unresolved source has no angle.
    static func markAngle(_ settings: Settings, into result: inout SourceMeasurement) {
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

/// Second moments towards north and east, arcsec^2.
struct SkyMoments: Sendable {
    var northNorth: Double
    var eastEast: Double
    var northEast: Double

    /// Moments in pixels carried to the sky by the CD matrix; north up and east left without one.
    init(_ moments: SecondMoments, plane: TangentPlane?, pixelScale: Double) {
        let east = plane.map { $0.eastPerPixel * 3600 } ?? SIMD2(-pixelScale, 0)
        let north = plane.map { $0.northPerPixel * 3600 } ?? SIMD2(0, pixelScale)
        func moment(_ p: SIMD2<Double>, _ q: SIMD2<Double>) -> Double {
            p.x * q.x * moments.xx + p.y * q.y * moments.yy + (p.x * q.y + p.y * q.x) * moments.xy
        }
        northNorth = moment(north, north)
        eastEast = moment(east, east)
        northEast = moment(north, east)
    }

    /// `e cos(2 phi)`, `e sin(2 phi)`, `phi` east of north.
    var ellipticity: SIMD2<Double> {
        SIMD2(northNorth - eastEast, 2 * northEast) / (northNorth + eastEast)
    }

    /// Standard deviation along the major axis, arcsec.
    var semiMajor: Double { largest.squareRoot() }

    private var largest: Double {
        (northNorth + eastEast) / 2 + hypot((northNorth - eastEast) / 2, northEast)
    }

    /// Minor over major axis after a round Gaussian of full width `seeing` is removed; at least 0.05.
    func axisRatio(removing seeing: Double) -> Double {
        let variance = seeing * seeing / (8 * log(2))
        let minor = northNorth + eastEast - largest - variance
        let major = largest - variance
        guard major > 0 else { return 1 }
        return max(0.05, (max(0, minor) / major).squareRoot())
    }
}

extension MeasurementFrame {
    /// Moments in pixels carried to the sky.
    func onSky(_ moments: SecondMoments) -> SkyMoments {
        SkyMoments(moments, plane: plane, pixelScale: pixelScale)
    }

    /// The greatest noise correlation among the stacked bands.
    var largestNoiseCorrelation: Double {
        bands.indices.filter { weights[$0] > 0 }.map { noiseCorrelations[$0] }.max() ?? 1
    }
}
