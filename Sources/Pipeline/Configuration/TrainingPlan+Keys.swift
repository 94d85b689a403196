internal import GalaxyModels
internal import TOMLKit

extension GalaxyModelConfiguration.Scaling: ConfigurationChoice {}
extension GalaxyModelConfiguration.DecoderOutput: ConfigurationChoice {}
extension TrainingRecipe.Objective: ConfigurationChoice {}
extension TrainingRecipe.Schedule: ConfigurationChoice {}

extension LatentVariable: ConfigurationValue {
    var toml: String { rawValue.toml }
    init?(toml: any TOMLValueConvertible) {
        guard let name = toml.string, let value = LatentVariable(rawValue: name), !value.isFree else {
            return nil
        }
        self = value
    }
    static var expectation: String {
        "\"orientation_cosine\", \"orientation_sine\", \"redshift\", \"log10_stellar_mass\", "
            + "\"log10_star_formation_rate\", \"brightness\", \"colour_0\" ..., \"log10_half_light_radius\" "
            + "or \"position_angle\""
    }
}

extension GalaxyModelConfiguration {
    /// Names of the bands; a new name starts without extinction.
    fileprivate var bandNames: [String] {
        get { bands.map(\.name) }
        set {
            bands = newValue.map { name in
                bands.first { $0.name == name } ?? .init(name: name, extinctionCoefficient: 0)
            }
            // As many colours as pairs of neighbouring bands.
            guard let brightness = latents.firstIndex(of: .brightness) else { return }
            let others = latents.filter {
                if case .colour = $0 { false } else { $0 != .brightness && $0 != .log10HalfLightRadius }
            }
            let measured = Self.measuredLatents(bandCount: newValue.count)
            latents = others[..<brightness] + measured + others[brightness...]
        }
    }

    /// Extinction of the bands in order; a list of another length is a fault that `fault` reports.
    fileprivate var extinctionCoefficients: [Double] {
        get { bands.map(\.extinctionCoefficient) }
        set {
            bands = bands.indices.map { index in
                BandConfiguration(
                    name: bands[index].name,
                    extinctionCoefficient: index < newValue.count ? newValue[index] : .nan)
            }
        }
    }

    /// The latents that labels supervise, without the free ones.
    fileprivate var supervised: [LatentVariable] {
        get { latents.filter { !$0.isFree } }
        set { latents = newValue + latents.filter(\.isFree) }
    }

    fileprivate var freeLatents: Int {
        get { latents.count { $0.isFree } }
        set {
            // No more than `fault` needs to see that they are too many.
            let count = max(0, min(newValue, 1 << 16))
            latents = latents.filter { !$0.isFree } + (0..<count).map(LatentVariable.free)
        }
    }
}

extension TrainingPlan {
    /// Every key of the file.
    static var file: ConfigurationFile<TrainingPlan> {
        ConfigurationFile(
            keys: modelKeys + trainingKeys + lossKeys + splitKeys + classifierKeys + catalogKeys)
    }

    private typealias Key = ConfigurationKey<TrainingPlan>

    private static var modelKeys: [Key] {
        [
            Key("model", "bands", \.model.bandNames, "Bands in wavelength order, as in the BANDS keyword."),
            Key(
                "model", "extinction", \.model.extinctionCoefficients,
                "Galactic extinction of each band, magnitudes per E(B-V)."),
            Key("model", "image_size", \.model.imageSize, "Side of the cutout that the model sees, pixels."),
            Key("model", "pixel_scale", \.model.pixelScale, "Pixel scale of that cutout, arcsec."),
            Key("model", "input_size", \.model.inputSize, "Side of the network's input, pixels."),
            Key(
                "model", "pixel_scale_range", \.model.pixelScaleRange,
                "Trained range of pixel scales, as multiples of pixel_scale; rows outside are flagged."),
            Key(
                "model", "scaling", \.model.scaling,
                "Input scaling: asinh-noise is asinh(f / 3 sigma_sky), tanh-asinh the paper's eq. (1)."),
            Key("model", "channels", \.model.channels, "Channels of each 3x3 convolution of stride 2."),
            Key(
                "model", "image_features", \.model.imageFeatures,
                "Units behind the convolutions; 0 goes straight to the latents."),
            Key(
                "model", "joint_features", \.model.jointFeatures,
                "Units that join image and aperture fluxes; 0 leaves the fluxes out."),
            Key(
                "model", "aperture_radii", \.model.apertureRadii,
                "Radii of those apertures, arcsec, ascending."),
            Key(
                "model", "supervised", \.model.supervised,
                "Latents that labels supervise; leave out what your catalogue lacks."),
            Key("model", "free_latents", \.model.freeLatents, "Latents that no label supervises."),
            Key(
                "model", "decoder_output", \.model.decoderOutput,
                "Last operation of the decoder: linear, or the paper's sigmoid."),
        ]
    }

    private static var trainingKeys: [Key] {
        [
            Key("training", "epochs", \.recipe.epochs, "Passes over the training rows."),
            Key("training", "batch_size", \.recipe.batchSize, "Galaxies a step."),
            Key("training", "learning_rate", \.recipe.learningRate, "Peak learning rate of Adam."),
            Key(
                "training", "schedule", \.recipe.schedule, "Learning rate: constant, or cosine down to zero."),
            Key(
                "training", "warm_up_epochs", \.recipe.warmUpEpochs,
                "Epochs over which rate and learned variances rise."),
            Key("training", "weight_decay", \.recipe.weightDecay, "Decoupled weight decay."),
            Key(
                "training", "gradient_clip", \.recipe.gradientClip,
                "Largest norm of a gradient; 0 for no limit."),
            Key(
                "training", "patience", \.recipe.patience,
                "Epochs without a better validation score before training ends; 0 for never."),
            Key("training", "augment", \.recipe.augments, "Turn and mirror galaxies at random."),
            Key("training", "seed", \.recipe.seed, "Seed of split, weights, order and noise."),
        ]
    }

    private static var lossKeys: [Key] {
        [
            Key(
                "loss", "objective", \.recipe.objective,
                "likelihood, the paper's eq. (2) (paper), or a VAE without labels (baseline)."),
            Key(
                "loss", "reconstruction_weight", \.recipe.reconstructionWeight,
                "Weight of the reconstruction (beta_0 of eq. 2)."),
            Key(
                "loss", "divergence_weight", \.recipe.divergenceWeight,
                "Weight of the free latents' KL divergence."),
            Key("loss", "label_weight", \.recipe.labelWeight, "Weight of the labels (beta_1 of eq. 2)."),
            Key(
                "loss", "wrong_label_fraction", \.recipe.wrongLabelFraction,
                "Share of labels taken to be wrong."),
            Key("loss", "redshift_floor", \.recipe.redshiftFloor, "Smallest error of a redshift, per 1 + z."),
            Key("loss", "logmstar_floor", \.recipe.stellarMassFloor, "Smallest error of log10 mass, dex."),
            Key("loss", "logsfr_floor", \.recipe.starFormationRateFloor, "Smallest error of log10 SFR, dex."),
            Key(
                "loss", "posang_sigma", \.recipe.positionAngleSigma,
                "Error of a position angle in eq. (2), radians."),
        ]
    }

    private static var splitKeys: [Key] {
        [
            Key(
                "split", "validation_fraction", \.recipe.validationFraction,
                "Share of the sky that chooses epoch and thresholds."),
            Key("split", "test_fraction", \.recipe.testFraction, "Share of the sky that only measures."),
        ]
    }
}
