internal import Foundation
internal import GalaxyModels

/// Turns rows and their pixels into the standardised numbers that a network is trained on.
struct TrainingSampleMaker: Sendable {
    private let rows: TrainingRows
    private let preparation: TrainingPreparation
    private let configuration: GalaxyModelConfiguration
    private let recipe: TrainingRecipe

    /// A sample in the making.
    init(
        _ rows: TrainingRows, preparation: TrainingPreparation, configuration: GalaxyModelConfiguration,
        recipe: TrainingRecipe
    ) {
        self.rows = rows
        self.preparation = preparation
        self.configuration = configuration
        self.recipe = recipe
    }

    /// Records of a part that can be used.
    func usable(_ part: DataSplit.Part) -> [Int] {
        rows.split.rows(of: part).filter { preparation.records[$0].isUsable }
    }

    /// The constants that the training rows give.
    ///
    /// - Throws: `PipelineError` when a label has no spread, so that nothing can be learnt from it.
    func constants() throws -> ModelConstants {
        let training = usable(.training)
        let count = configuration.photometricFeatureCount
        var means = [Float](repeating: 0, count: count)
        var deviations = [Float](repeating: 1, count: count)
        for feature in 0..<count {
            let values = training.map { Double(preparation.records[$0].features[feature]) }.filter(\.isFinite)
            guard values.count > 1 else { continue }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            means[feature] = Float(mean)
            if variance > 0 { deviations[feature] = Float(variance.squareRoot()) }
        }
        return ModelConstants(
            meanMaxima: preparation.meanMaxima, featureMeans: means, featureDeviations: deviations,
            targetScales: try targetScales(training))
    }

    /// Smallest error of a measured label: asinh magnitudes, dex.
    private static let photometryFloor = 0.03

    /// The scale of each supervised latent.
    private func targetScales(_ training: [Int]) throws -> [TargetScale] {
        try configuration.supervisedLatents.map { position in
            let variable = configuration.latents[position]
            // Eq. (2) of the paper compares latents with quantities in their own units.
            if recipe.objective != .likelihood {
                return TargetScale(transform: .identity, mean: 0, deviation: 1)
            }
            switch variable {
            case .orientationCosine, .orientationSine:
                // Turning an image changes the signs, so that both components share a scale around 0.
                let squares = training.flatMap { record -> [Double] in
                    let e = preparation.records[record].orientation
                    return [e.x * e.x, e.y * e.y]
                }.filter(\.isFinite)
                let variance = squares.reduce(0, +) / Double(max(1, squares.count))
                return TargetScale(
                    transform: .identity, mean: 0, deviation: variance > 0 ? variance.squareRoot() : 1)
            default:
                let transform: TargetScale.Transform = variable == .redshift ? .logOnePlus : .identity
                let labels = training.map { label(variable, $0).value }
                guard let scale = TargetScale(fitting: labels, transform: transform) else {
                    throw PipelineError(
                        .input,
                        "no label to learn \(variable.rawValue) from: fewer than two different values",
                        hint: "give the column's name in the configuration, or leave the latent out")
                }
                return scale
            }
        }
    }

    /// A record's label and its error, floored, in catalogue units.
    private func label(_ variable: LatentVariable, _ record: Int) -> (value: Double, sigma: Double) {
        switch variable {
        case .redshift:
            let z = rows.redshift[record]
            return (z, max(rows.redshiftSigma[record], recipe.redshiftFloor * (1 + z)))
        case .log10StellarMass:
            return (rows.stellarMass[record], max(rows.stellarMassSigma[record], recipe.stellarMassFloor))
        case .log10StarFormationRate:
            return (
                rows.starFormationRate[record],
                max(rows.starFormationRateSigma[record], recipe.starFormationRateFloor)
            )
        case .orientationCosine:
            let measured = preparation.records[record]
            return (measured.orientation.x, measured.orientationSigma)
        case .orientationSine:
            let measured = preparation.records[record]
            return (measured.orientation.y, measured.orientationSigma)
        case .positionAngle:
            let e = preparation.records[record].orientation
            let angle = atan2(e.y, e.x) / 2
            return (angle < 0 ? angle + .pi : angle, recipe.positionAngleSigma)
        case .brightness:
            let measured = preparation.records[record]
            let middle = configuration.bands.count / 2
            guard middle < measured.magnitudes.count else { return (.nan, .nan) }
            return (measured.magnitudes[middle], max(Self.photometryFloor, measured.magnitudeSigmas[middle]))
        case .colour(let band):
            let measured = preparation.records[record]
            guard band + 1 < measured.magnitudes.count else { return (.nan, .nan) }
            let variance =
                measured.magnitudeSigmas[band] * measured.magnitudeSigmas[band]
                + measured.magnitudeSigmas[band + 1] * measured.magnitudeSigmas[band + 1]
            return (
                measured.magnitudes[band + 1] - measured.magnitudes[band],
                max(Self.photometryFloor, variance.squareRoot())
            )
        case .log10HalfLightRadius:
            return (preparation.records[record].log10HalfLightRadius, Self.photometryFloor)
        case .free: return (.nan, .nan)
        }
    }

    /// The sample, with everything on the network's scale.
    func sample(_ constants: ModelConstants) -> TrainingSample {
        let supervised = configuration.supervisedLatents.map { configuration.latents[$0] }
        var labels: [Float] = []
        var sigmas: [Float] = []
        var features: [Float] = []
        for record in 0..<rows.count {
            for (variable, scale) in zip(supervised, constants.targetScales) {
                let label = label(variable, record)
                labels.append(Float(scale.latent(of: label.value)))
                sigmas.append(Float(scale.latentSigma(of: label.sigma, at: label.value)))
            }
            let measured = preparation.records[record].features
            features +=
                measured.isEmpty
                ? Array(repeating: 0, count: configuration.photometricFeatureCount)
                : ModelInputPreparation.standardised(measured, by: constants)
        }
        return TrainingSample(
            training: usable(.training), validation: usable(.validation), features: features, labels: labels,
            labelSigmas: sigmas, featureCount: configuration.photometricFeatureCount,
            labelCount: supervised.count)
    }
}
