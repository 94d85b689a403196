/// The labelled galaxies that a model is trained on: everything but the images, which the cache holds.
public struct TrainingSample: Sendable {
    /// Cache records of the rows to learn from.
    public var training: [Int]
    /// Cache records of the rows that choose the epoch.
    public var validation: [Int]
    /// Standardised photometric features of each record, `[records, F]`.
    public var features: [Float]
    /// Labels of each record on the scale of the supervised latents, `[records, P]`; NaN where missing.
    public var labels: [Float]
    /// Their errors on the same scale, `[records, P]`; NaN where missing.
    public var labelSigmas: [Float]
    /// Numbers in a row of `features`.
    public var featureCount: Int
    /// Numbers in a row of `labels`.
    public var labelCount: Int

    /// A sample of these rows.
    public init(
        training: [Int], validation: [Int], features: [Float], labels: [Float], labelSigmas: [Float],
        featureCount: Int, labelCount: Int
    ) {
        precondition(
            labels.count == labelSigmas.count,
            "TrainingSample: \(labels.count) labels, \(labelSigmas.count) errors")
        self.training = training
        self.validation = validation
        self.features = features
        self.labels = labels
        self.labelSigmas = labelSigmas
        self.featureCount = featureCount
        self.labelCount = labelCount
    }
}
