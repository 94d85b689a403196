internal import Astronomy
internal import GalaxyModels
internal import Photometry

/// Brings cutouts of any survey geometry to the grid that a model was trained on.
struct ModelGrid: Sendable {
    /// A cutout on the model's grid.
    struct Placement: Sendable {
        /// Bands of the model, north up, east left, the target in the middle.
        var image: GalaxyImage
        /// Level and noise where an inverse variance gives the noise.
        var sky: SkyStatistics?
        /// What was noticed on the way.
        var flags: QualityFlags
    }

    /// The model's bands.
    let bands: [String]
    /// Side of the grid, pixels.
    let size: Int
    /// Arcsec per pixel of the grid.
    let pixelScale: Double
    /// Brings images to the grid.
    let resampler: CutoutResampler
    private let scaleRange: ClosedRange<Double>

    /// The grid of a model.
    init(_ configuration: GalaxyModelConfiguration) {
        bands = configuration.bands.map(\.name)
        size = configuration.imageSize
        resampler = CutoutResampler(
            size: ImageSize(width: configuration.imageSize, height: configuration.imageSize),
            pixelScale: configuration.pixelScale)
        pixelScale = configuration.pixelScale
        scaleRange = configuration.pixelScaleRange[0]...configuration.pixelScaleRange[1]
    }

    /// Whether the model was trained on cutouts of such a scale, arcsec per pixel.
    func isInRange(_ scale: Double) -> Bool { scaleRange.contains(scale / pixelScale) }

    /// Places a cutout on the grid.
    ///
    /// - Parameters:
    ///   - reading: The cutout.
    ///   - target: Where the target lies; the cutout's middle when `nil`.
    /// - Returns: `nil` with the reason when the cutout is unreadable or does not show the target.
    func place(_ reading: CutoutReading, around target: SkyPosition?) -> Result<Placement, PlacementFault> {
        // Empty or broken bands that the model does not use are no fault of the row.
        let reading = reading.selecting(bands: bands)
        guard let image = reading.image else {
            return .failure(PlacementFault(reason: reading.fault ?? "cannot be read"))
        }
        var flags = reading.flags
        if let scale = reading.foundPixelScale ?? image.pixelScale {
            if !isInRange(scale) { flags.insert(.pixelScaleOutOfRange) }
        }
        do throws(PhotometryError) {
            let placed = try resampler.resample(image, around: target)
            flags.formUnion(placed.flags)
            let sky = placed.inverseVariance.map {
                SkyStatistics(
                    levels: bands.map { _ in .nan },
                    sigmas: SkyStatistics.sigmas(inverseVariance: $0, bands: bands.count))
            }
            return .success(Placement(image: placed, sky: sky, flags: flags))
        } catch {
            return .failure(PlacementFault(reason: "\(error)"))
        }
    }
}

/// Why a cutout cannot be placed.
struct PlacementFault: Error {
    /// The reason, to go behind a file's name.
    var reason: String
}
