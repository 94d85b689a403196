/// What one latent dimension means.
///
/// Coded as text: `redshift`, `free_0`, ...
public enum LatentVariable: Sendable, Hashable {
    /// The position angle itself, radians in `[0, pi)`: the paper's form, which breaks at the ends.
    case positionAngle
    /// `e cos 2 phi`, with the ellipticity e = (1 - q) / (1 + q) of the source.
    case orientationCosine
    /// `e sin 2 phi`.
    case orientationSine
    /// Redshift; as `ln(1 + z)` or z, as the target scale says.
    case redshift
    /// log10 of the stellar mass in Msun.
    case log10StellarMass
    /// log10 of the star-formation rate in Msun/yr.
    case log10StarFormationRate
    /// Asinh magnitude of the middle band, `asinh(F / 2b)` of the measured flux.
    case brightness
    /// Asinh magnitude of the next redder band minus that of this one.
    case colour(Int)
    /// log10 of the measured half-light radius, arcsec.
    case log10HalfLightRadius
    /// A dimension that no label supervises: what else the image holds.
    case free(Int)

    /// Whether no label supervises it.
    public var isFree: Bool {
        if case .free = self { true } else { false }
    }
}

extension LatentVariable: RawRepresentable, Codable {
    /// The name in configuration and model files.
    public var rawValue: String {
        switch self {
        case .positionAngle: "position_angle"
        case .orientationCosine: "orientation_cosine"
        case .orientationSine: "orientation_sine"
        case .redshift: "redshift"
        case .log10StellarMass: "log10_stellar_mass"
        case .log10StarFormationRate: "log10_star_formation_rate"
        case .brightness: "brightness"
        case .colour(let index): "colour_\(index)"
        case .log10HalfLightRadius: "log10_half_light_radius"
        case .free(let index): "free_\(index)"
        }
    }

    /// The latent of this name; `nil` for an unknown one.
    public init?(rawValue: String) {
        switch rawValue {
        case "position_angle": self = .positionAngle
        case "orientation_cosine": self = .orientationCosine
        case "orientation_sine": self = .orientationSine
        case "redshift": self = .redshift
        case "log10_stellar_mass": self = .log10StellarMass
        case "log10_star_formation_rate": self = .log10StarFormationRate
        case "brightness": self = .brightness
        case "log10_half_light_radius": self = .log10HalfLightRadius
        default:
            let parts = rawValue.split(separator: "_", omittingEmptySubsequences: false)
            guard parts.count == 2, let index = Int(parts[1]), (0..<1024).contains(index) else { return nil }
            switch parts[0] {
            case "colour": self = .colour(index)
            case "free": self = .free(index)
            default: return nil
            }
        }
    }
}
