internal import Astronomy
public import Computing
internal import Foundation
public import Photometry

/// A cutout as the network takes it.
public struct ModelInput: Sendable, Equatable {
    /// Scaled and resized pixels, `[H, W, bands]`.
    public var image: [Float]
    /// Photometric features as measured, not standardised; empty for a network without.
    public var features: [Float]
    /// Sky, gaps and flags of the cutout.
    public var cutout: PreparedInput
}

/// From a cutout on the model's grid to the numbers that the network takes.
public struct ModelInputPreparation: Sendable {
    private let preparation: InputPreparation
    private let apertures: ApertureFeatures?
    private let bands: [Band]

    /// Standardised features beyond this are cut: an artefact must not drown everything else.
    static let largestFeature: Float = 8

    /// The preparation of a model.
    ///
    /// - Parameters:
    ///   - configuration: Bands, sizes and scaling.
    ///   - meanMaxima: `m_b` of the paper's scaling, one a band; not looked at by others.
    ///   - instructionSet: Level of the kernels.
    public init(
        _ configuration: GalaxyModelConfiguration, meanMaxima: [Float]?,
        instructionSet: InstructionSet = .detected
    ) {
        let scaling: InputScaling
        switch configuration.scaling {
        case .asinhNoise: scaling = .standard
        case .tanhAsinh:
            guard let meanMaxima else { preconditionFailure("ModelInputPreparation: no mean maxima") }
            scaling = .saturating(meanMaxima: meanMaxima)
        }
        bands = configuration.bands.map {
            Band(name: $0.name, extinctionCoefficient: $0.extinctionCoefficient)
        }
        preparation = InputPreparation(
            bandCount: bands.count, scaling: scaling,
            resize: BicubicResize(
                from: ImageSize(width: configuration.imageSize, height: configuration.imageSize),
                to: ImageSize(width: configuration.inputSize, height: configuration.inputSize)),
            instructionSet: instructionSet)
        apertures =
            configuration.photometricFeatureCount == 0
            ? nil
            : ApertureFeatures(
                radii: configuration.apertureRadii, imageSize: configuration.imageSize,
                pixelScale: configuration.pixelScale, instructionSet: instructionSet)
    }

    /// Memory of one thread.
    public struct Workspace: Sendable {
        fileprivate var preparation: InputPreparation.Workspace

        /// Memory for a preparation of images that go to frames of an arrangement.
        public init(
            for preparation: ModelInputPreparation, arrangement: ImageFrame.Arrangement = .pixels
        ) {
            self.preparation = InputPreparation.Workspace(
                for: preparation.preparation, arrangement: arrangement)
        }
    }

    /// The input of one cutout.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightness on the model's grid, nanomaggies per native pixel, `[band, y, x]`.
    ///   - sky: Level and noise where known, from an inverse variance; measured from the border otherwise.
    ///   - reddening: Galactic E(B-V), magnitudes; 0 when `nil`.
    ///   - workspace: Memory of this thread.
    public func prepare(
        _ pixels: [Float], sky: SkyStatistics? = nil, reddening: Double?, workspace: inout Workspace
    ) -> ModelInput {
        var image = [Float](repeating: 0, count: preparation.outputCount)
        let row = preparation.resize.output.width * bands.count
        let frame = ImageFrame(first: 0, row: row, count: image.count)
        var span = image.mutableSpan
        let (features, cutout) = prepare(
            pixels, sky: sky, reddening: reddening, workspace: &workspace,
            frame: frame, into: &span)
        return ModelInput(image: image, features: features, cutout: cutout)
    }

    /// Prepares a cutout as it stands in a FITS file, into an image within a frame.
    ///
    /// - Returns: Photometric features as measured, and what is known of the cutout.
    func prepare(
        bigEndian pixels: RawSpan, reddening: Double?, workspace: inout Workspace, frame: ImageFrame,
        into image: inout MutableSpan<Float>
    ) -> (features: [Float], cutout: PreparedInput) {
        let cutout = preparation.prepare(
            bigEndian: pixels,
            dereddening: InputPreparation.dereddening(bands: bands, reddening: reddening),
            workspace: &workspace.preparation, frame: frame, into: &image)
        let features =
            apertures?.features(bigEndian: pixels, sky: cutout.sky, extinction: extinction(reddening)) ?? []
        return (features, cutout)
    }

    /// Prepares a cutout in memory, into an image within a frame.
    ///
    /// - Returns: Photometric features as measured, and what is known of the cutout.
    func prepare(
        _ pixels: [Float], sky: SkyStatistics?, reddening: Double?, workspace: inout Workspace,
        frame: ImageFrame, into image: inout MutableSpan<Float>
    ) -> (features: [Float], cutout: PreparedInput) {
        let cutout = preparation.prepare(
            pixels.span, dereddening: InputPreparation.dereddening(bands: bands, reddening: reddening),
            sky: sky, workspace: &workspace.preparation, frame: frame, into: &image)
        let features =
            apertures?.features(pixels: pixels, sky: cutout.sky, extinction: extinction(reddening)) ?? []
        return (features, cutout)
    }

    /// Galactic extinction of each band, magnitudes.
    private func extinction(_ reddening: Double?) -> [Double] {
        let excess = reddening.flatMap { $0.isFinite ? $0 : nil } ?? 0
        return bands.map { $0.extinctionCoefficient * excess }
    }

    /// Features with mean 0 and variance 1 over the training rows; missing ones become 0, the mean.
    public static func standardised(_ features: [Float], by constants: ModelConstants) -> [Float] {
        features.indices.map { index in
            let value = (features[index] - constants.featureMeans[index]) / constants.featureDeviations[index]
            return value.isFinite ? max(-largestFeature, min(largestFeature, value)) : 0
        }
    }
}
