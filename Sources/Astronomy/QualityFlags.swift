/// What is noteworthy about a row of a catalogue: the bits of its `flag` column.
///
/// The values are a contract with databases and never change their meaning.
public struct QualityFlags: OptionSet, Sendable, Hashable {
    /// The bit mask.
    public let rawValue: Int32

    /// Flags from a bit mask.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The cutout is missing or could not be read; every estimate is NaN.
    public static let unreadable = QualityFlags(rawValue: 1)
    /// A band of the model is missing.
    public static let bandMissing = QualityFlags(rawValue: 2)
    /// A band is zero everywhere.
    public static let bandAllZero = QualityFlags(rawValue: 4)
    /// Some pixels are NaN or infinite.
    public static let nonFinitePixels = QualityFlags(rawValue: 8)
    /// The cutout was too small and was padded with sky.
    public static let padded = QualityFlags(rawValue: 16)
    /// The pixel scale lies outside the range that the model was trained for.
    public static let pixelScaleOutOfRange = QualityFlags(rawValue: 32)
    /// The cutout was resampled to the model's pixel scale and orientation.
    public static let resampled = QualityFlags(rawValue: 64)
    /// No source was detected at the centre.
    public static let noCentralSource = QualityFlags(rawValue: 128)
    /// The source is too round or too small for a position angle.
    public static let angleUndefined = QualityFlags(rawValue: 256)
    /// The galaxy is unlike the training set.
    public static let outOfDistribution = QualityFlags(rawValue: 512)
    /// A catalogue label is missing (training reports only).
    public static let labelMissing = QualityFlags(rawValue: 1024)
    /// An input value was refused.
    public static let refusedInput = QualityFlags(rawValue: 2048)
    /// No Galactic extinction was given; 0 is assumed.
    public static let extinctionMissing = QualityFlags(rawValue: 4096)

    /// Flags that inform and are no fault of the row: they do not count under `--strict`.
    public static let informative: QualityFlags = [.padded, .resampled, .angleUndefined, .extinctionMissing]

    /// Each bit with its name, lowest first, as `inspect` and headers list them.
    public static let names: [(flag: QualityFlags, name: String)] = [
        (.unreadable, "unreadable"), (.bandMissing, "band missing"), (.bandAllZero, "band all zero"),
        (.nonFinitePixels, "non-finite pixels"), (.padded, "padded"),
        (.pixelScaleOutOfRange, "pixel scale outside the trained range"), (.resampled, "resampled"),
        (.noCentralSource, "no source at the centre"), (.angleUndefined, "angle undefined"),
        (.outOfDistribution, "outside the training distribution"), (.labelMissing, "label missing"),
        (.refusedInput, "refused input value"), (.extinctionMissing, "no extinction given"),
    ]
}
