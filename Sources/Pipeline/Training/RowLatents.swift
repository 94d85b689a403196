internal import Computing
internal import GalaxyModels
internal import Photometry

/// What a trained model says of every row that it was trained, chosen or tested on.
struct RowLatents: Sendable {
    /// The estimate of each record; `nil` for one that cannot be used.
    let estimates: [GalaxyModel.Estimate?]

    /// Runs the frozen model over the cached inputs.
    init(
        _ sample: TrainingSample, cache: InputCache, usable: [Bool], model: GalaxyModel, threads: Int?,
        flag: CancellationFlag
    ) throws {
        let nothing = PreparedInput(
            sky: .unknown(bands: model.configuration.bands.count), nonFiniteFractions: [], flags: [])
        estimates = try ParallelLoop(threads: threads).mapChunks(
            count: usable.count, chunk: 64, isCancelled: { flag.isRaised }
        ) { range, _ in
            var workspace = GalaxyModel.Workspace(for: model)
            return try range.map { record -> GalaxyModel.Estimate? in
                guard usable[record] else { return nil }
                let width = sample.featureCount
                return model.estimate(
                    try cache.values(of: record),
                    features: Array(sample.features[record * width..<(record + 1) * width]), cutout: nothing,
                    workspace: &workspace)
            }
        }.flatMap { $0 }
    }

    /// Robust scatter of each supervised latent around its label over the validation rows, on the latents' scale.
    ///
    /// What a network without learned variances gives as its error; wrong labels are kept out by taking
    /// 1.4826 times the median absolute deviation.
    func scatter(_ sample: TrainingSample, supervised: [Int]) -> [Double] {
        supervised.indices.map { rank in
            let errors = sample.validation.compactMap { record -> Double? in
                let label = sample.labels[record * sample.labelCount + rank]
                guard label.isFinite, let estimate = estimates[record] else { return nil }
                return Double(estimate.latents[supervised[rank]] - label)
            }
            let scatter = OrderStatistics(errors).scaledMedianDeviation
            return scatter > 0 ? scatter : 1
        }
    }

    /// The shift of the redshift latent that takes the median bias of the validation rows away.
    ///
    /// - Returns: `nil` without a redshift or with too few validation rows.
    func redshiftCorrection(
        _ sample: TrainingSample, configuration: GalaxyModelConfiguration
    ) -> MedianCorrection? {
        guard let position = configuration.latents.firstIndex(of: .redshift),
            let rank = configuration.supervisedLatents.firstIndex(of: position)
        else { return nil }
        return MedianCorrection(
            estimates: sample.validation.map { Double(estimates[$0]?.latents[position] ?? .nan) },
            truths: sample.validation.map { Double(sample.labels[$0 * sample.labelCount + rank]) })
    }
}
