public import Astronomy

/// Everything that fixes a model's shape and its inputs; stored in `model.json`.
///
/// The paper's network is one configuration (`paper(bands:)`), the default another; a survey with other bands
/// or pixels needs a configuration, no code.
public struct GalaxyModelConfiguration: Sendable, Equatable, Codable {
    /// A band of the model.
    public struct BandConfiguration: Sendable, Equatable, Codable {
        /// The band's name, as in BANDS keywords and column names.
        public var name: String
        /// Galactic extinction in magnitudes per E(B-V).
        public var extinctionCoefficient: Double

        /// A band of this name and extinction.
        public init(name: String, extinctionCoefficient: Double) {
            self.name = name
            self.extinctionCoefficient = extinctionCoefficient
        }
    }

    /// How fluxes become network inputs.
    public enum Scaling: String, Sendable, Codable, CaseIterable {
        /// `asinh(f / (3 sigma_sky))` with the noise of each image and band.
        case asinhNoise = "asinh-noise"
        /// `tanh(asinh(10 f / m_b))` with the training set's mean maximum of the band (Gagliano & Villar
        /// 2023, eq. 1).
        case tanhAsinh = "tanh-asinh"
    }

    /// The last operation of the decoder.
    public enum DecoderOutput: String, Sendable, Codable, CaseIterable {
        /// Any value: noise below the sky can be reconstructed.
        case linear
        /// Values in [0, 1], as in the paper.
        case sigmoid
    }

    /// The bands, in wavelength order.
    public var bands: [BandConfiguration]
    /// Side of the cutout that is resized into the network's input, pixels.
    public var imageSize: Int
    /// Pixel scale of that cutout, arcsec.
    public var pixelScale: Double
    /// Side of the network's input, pixels.
    public var inputSize: Int
    /// Pixel scales, as multiples of `pixelScale`, that the training set covers: lower and upper end.
    public var pixelScaleRange: [Double]
    /// How fluxes become network inputs.
    public var scaling: Scaling
    /// Channels of each 3x3 convolution of stride 2 in the encoder; the decoder mirrors them.
    public var channels: [Int]
    /// Units of the fully connected layer behind the convolutions; 0 goes from them straight to the latents.
    public var imageFeatures: Int
    /// Units of the layer that joins image features and photometric features; 0 leaves both out.
    public var jointFeatures: Int
    /// Radii, arcsec, of the apertures around the centre whose fluxes join the image features.
    public var apertureRadii: [Double]
    /// The latents, in order.
    public var latents: [LatentVariable]
    /// The last operation of the decoder.
    public var decoderOutput: DecoderOutput

    /// The default: asinh inputs, three convolutions, photometric features, measured and free latents.
    public static func standard(bands: [Band] = Band.legacy) -> GalaxyModelConfiguration {
        GalaxyModelConfiguration(
            bands: bands.map { .init(name: $0.name, extinctionCoefficient: $0.extinctionCoefficient) },
            imageSize: 128, pixelScale: 0.262, inputSize: 69, pixelScaleRange: [0.8, 1.25],
            scaling: .asinhNoise, channels: [16, 32, 64], imageFeatures: 64, jointFeatures: 128,
            apertureRadii: [1, 2, 4, 8],
            latents: [
                .orientationCosine, .orientationSine, .redshift, .log10StellarMass, .log10StarFormationRate,
            ] + measuredLatents(bandCount: bands.count) + (0..<4).map(LatentVariable.free),
            decoderOutput: .linear)
    }

    /// The network of Gagliano & Villar 2023, section 3: two convolutions, four supervised latents, one free.
    public static func paper(bands: [Band] = Band.legacy) -> GalaxyModelConfiguration {
        GalaxyModelConfiguration(
            bands: bands.map { .init(name: $0.name, extinctionCoefficient: $0.extinctionCoefficient) },
            imageSize: 128, pixelScale: 0.262, inputSize: 69, pixelScaleRange: [0.8, 1.25],
            scaling: .tanhAsinh, channels: [16, 32], imageFeatures: 0, jointFeatures: 0, apertureRadii: [],
            latents: [
                .positionAngle, .redshift, .log10StellarMass, .log10StarFormationRate, .free(0),
            ], decoderOutput: .sigmoid)
    }

    /// Latents whose labels are measured on the training cutouts, so that stars and quasars have them too:
    /// brightness, colours and size keep in the latents what tells classes apart.
    public static func measuredLatents(bandCount: Int) -> [LatentVariable] {
        [.brightness] + (0..<max(0, bandCount - 1)).map(LatentVariable.colour) + [.log10HalfLightRadius]
    }

    /// Sides of the square maps from the input to the last convolution: 69, 35, 18, ... by default.
    public var mapSizes: [Int] {
        channels.reduce(into: [inputSize]) { sizes, _ in sizes.append((sizes[sizes.count - 1] + 1) / 2) }
    }

    /// Values behind the last convolution.
    public var flattenedSize: Int {
        let side = mapSizes[channels.count]
        return side * side * (channels.last ?? bands.count)
    }

    /// Numbers beside the image: log10 of each band's noise, and the aperture fluxes of each band.
    public var photometricFeatureCount: Int {
        jointFeatures == 0 ? 0 : bands.count * (1 + apertureRadii.count)
    }

    /// Positions of the latents that labels supervise.
    public var supervisedLatents: [Int] { latents.indices.filter { !latents[$0].isFree } }

    /// Most units of a fully connected layer.
    private static let largestWidth = 65536
    /// Most latents, and most apertures.
    private static let largestCount = 1024
    /// Most weights of a fully connected layer.
    private static let largestLayer = 1 << 28

    /// What makes the configuration impossible; `nil` when nothing does.
    public var fault: String? {
        if bands.isEmpty { return "bands: at least one is needed" }
        if Set(bands.map(\.name)).count != bands.count { return "bands: a name occurs twice" }
        if !bands.allSatisfy({ $0.extinctionCoefficient >= 0 && $0.extinctionCoefficient.isFinite }) {
            return "extinction: one number that is not negative for each band is needed"
        }
        if !(8...4096).contains(imageSize) { return "image_size: \(imageSize) is outside 8 to 4096" }
        if !(8...512).contains(inputSize) { return "input_size: \(inputSize) is outside 8 to 512" }
        if !(pixelScale > 0 && pixelScale.isFinite) { return "pixel_scale: \(pixelScale) is not positive" }
        if pixelScaleRange.count != 2 || !(pixelScaleRange[0] > 0 && pixelScaleRange[0] <= pixelScaleRange[1])
        {
            return "pixel_scale_range: must hold two positive numbers, the lower first"
        }
        if channels.isEmpty || !channels.allSatisfy((1...1024).contains) {
            return "channels: must hold numbers from 1 to 1024"
        }
        if mapSizes[channels.count] < 2 {
            return "channels: \(channels.count) halvings leave nothing of the image"
        }
        if ![imageFeatures, jointFeatures].allSatisfy((0...Self.largestWidth).contains) {
            return "image_features, joint_features: must hold numbers from 0 to \(Self.largestWidth)"
        }
        if apertureRadii.count > Self.largestCount
            || !apertureRadii.allSatisfy({ $0 > 0 && $0.isFinite })
        {
            return "aperture_radii: must be positive, at most \(Self.largestCount)"
        }
        for case .colour(let index) in latents where index >= bands.count - 1 {
            return "latents: colour_\(index) needs two bands more than its number, there are \(bands.count)"
        }
        if latents.contains(.orientationCosine) != latents.contains(.orientationSine) {
            return "latents: orientation_cosine and orientation_sine go together"
        }
        if latents.isEmpty || latents.count > Self.largestCount || Set(latents).count != latents.count {
            return "latents: none, more than \(Self.largestCount), or one occurs twice"
        }
        // A file may claim any size; memory is taken for one that can be meant.
        let behind = imageFeatures > 0 ? imageFeatures : max(jointFeatures, latents.count)
        if flattenedSize > Self.largestLayer / behind {
            return "image_features: \(flattenedSize) values into \(behind) units are more than 2^28 weights"
        }
        let joined = imageFeatures + photometricFeatureCount
        if jointFeatures > 0, joined > Self.largestLayer / jointFeatures {
            return "joint_features: \(joined) values into \(jointFeatures) units are more than 2^28 weights"
        }
        return nil
    }
}
