internal import Astronomy
internal import CKernels
internal import Computing
internal import Foundation

/// Draws sources into an image, convolved with the point spread: north up, east left.
struct ProfileRenderer {
    let library: SersicLibrary
    let level: InstructionSet
    let width: Int
    let height: Int
    /// Arcsec per pixel.
    let pixelScale: Double

    /// Surface brightness in nanomaggies per pixel below which a Gaussian is not drawn.
    private static let faintest = 5e-7
    /// Flux in nanomaggies (magnitude 17.5) from which the wings of a point source are drawn too.
    private static let brightFlux = 100.0

    var kernelLevel: galatea_level { galatea_level(rawValue: numericCast(level.rawValue)) }

    /// Adds the light of `sources` in one band to `image`, nanomaggies per pixel.
    ///
    /// - Parameter centre: Offset of the image's centre from the field's centre, arcsec (east, north).
    func add(
        _ sources: [SceneSource], band: Int, centre: SIMD2<Double>, pointSpread: PointSpread,
        to image: UnsafeMutableBufferPointer<Float>
    ) {
        var gaussians: [galatea_gaussian] = []
        for source in sources {
            let position = source.offset - centre
            guard let shape = source.shape else {
                append(
                    position: position, flux: source.fluxes[band], ellipse: nil, variance: 0,
                    pointSpread: pointSpread, to: &gaussians)
                continue
            }
            for component in shape.components {
                append(
                    component, position: position, flux: source.fluxes[band], band: band,
                    pointSpread: pointSpread, to: &gaussians)
            }
            for spot in shape.spots {
                append(
                    position: position + spot.offset, flux: source.fluxes[band] * spot.share[band],
                    ellipse: SkyEllipse(positionAngle: 0, axisRatio: 1), variance: spot.sigma * spot.sigma,
                    pointSpread: pointSpread, to: &gaussians)
            }
        }
        guard let start = image.baseAddress else { return }
        galatea_add_gaussians(
            start, Int32(width), Int32(height), gaussians, Int32(gaussians.count), kernelLevel)
        for source in sources {
            guard let shape = source.shape, let arms = shape.arms, let disc = shape.discIndex else {
                continue
            }
            let field = SpiralField(
                arms: arms, disc: shape.components[disc], shape: shape, band: band, pixelScale: pixelScale)
            field.add(
                flux: source.fluxes[band], position: source.offset - centre, pointSpread: pointSpread,
                to: start, width: width, height: height, level: kernelLevel)
        }
    }

    /// The Gaussians of a Sersic component; those far below a pixel are drawn as one.
    private func append(
        _ component: GalaxyShape.Component, position: SIMD2<Double>, flux: Double, band: Int,
        pointSpread: PointSpread, to gaussians: inout [galatea_gaussian]
    ) {
        let radius = component.radius[band]
        let total = flux * component.share[band]
        let tiny = 0.09 * pixelScale * pixelScale
        var merged = (weight: 0.0, moment: 0.0)
        for gaussian in library.mixture(index: component.index).components {
            let variance = gaussian.variance * radius * radius
            if variance < tiny {
                merged.weight += gaussian.weight
                merged.moment += gaussian.weight * variance
            } else {
                append(
                    position: position, flux: total * gaussian.weight, ellipse: component.ellipse,
                    variance: variance, pointSpread: pointSpread, to: &gaussians)
            }
        }
        if merged.weight > 0 {
            append(
                position: position, flux: total * merged.weight, ellipse: component.ellipse,
                variance: merged.moment / merged.weight, pointSpread: pointSpread, to: &gaussians)
        }
    }

    /// One Gaussian of the source, convolved with each Gaussian of the point spread.
    ///
    /// Where the source is much wider than the point spread, the latter's mean variance stands for it.
    private func append(
        position: SIMD2<Double>, flux: Double, ellipse: SkyEllipse?, variance: Double,
        pointSpread: PointSpread, to gaussians: inout [galatea_gaussian]
    ) {
        guard flux > 1e-6 else { return }
        let source = ellipse ?? SkyEllipse(positionAngle: 0, axisRatio: 1)
        let minor = variance * source.smallerEigenvalue
        let isWide = minor > 16 * pointSpread.meanVariance
        let spreads =
            isWide
            ? [PointSpread.Component(variance: pointSpread.meanVariance, weight: 1)]
            : ellipse == nil && flux > Self.brightFlux
                ? pointSpread.brightComponents : pointSpread.components
        let e = pointSpread.ellipticity
        let scale = 1 / (pixelScale * pixelScale)
        let x = Double(width - 1) / 2 - position.x / pixelScale
        let y = Double(height - 1) / 2 + position.y / pixelScale
        for spread in spreads {
            let eastEast = (variance * source.eastEast + spread.variance * (1 + e.x)) * scale
            let northNorth = (variance * source.northNorth + spread.variance * (1 - e.x)) * scale
            // East is towards smaller x.
            let mixed = -(variance * source.eastNorth + spread.variance * e.y) * scale
            let determinant = eastEast * northNorth - mixed * mixed
            let amplitude = flux * spread.weight / (2 * .pi * determinant.squareRoot())
            // Beyond this distance the Gaussian is thousands of times fainter than any noise.
            let cut = min(28, 2 * log(amplitude / Self.faintest))
            guard cut > 0 else { continue }
            gaussians.append(
                galatea_gaussian(
                    x: Float(x), y: Float(y), amplitude: Float(amplitude),
                    xx: Float(northNorth / determinant), xy: Float(-mixed / determinant),
                    yy: Float(eastEast / determinant), cut: Float(cut)))
        }
    }
}

extension SkyEllipse {
    /// The smaller eigenvalue of the matrix.
    var smallerEigenvalue: Double {
        let mean = (eastEast + northNorth) / 2
        let half = (eastEast - northNorth) / 2
        return mean - (half * half + eastNorth * eastNorth).squareRoot()
    }
}
