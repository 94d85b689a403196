public import GalaxyModels

/// The file behind `galatea train --config`: the model's shape and the way it is trained.
public struct TrainingPlan: Sendable, Equatable {
    /// The model's shape and inputs.
    public var model: GalaxyModelConfiguration
    /// The way it is trained.
    public var recipe: TrainingRecipe

    /// Starting points of a configuration.
    public enum Preset: String, Sendable, CaseIterable {
        /// What this project found to work best.
        case `default`
        /// The network, scaling and loss of Gagliano & Villar 2023.
        case paper
    }

    /// The configuration of a preset.
    public init(preset: Preset) {
        switch preset {
        case .default:
            model = .standard()
            recipe = .standard
        case .paper:
            model = .paper()
            recipe = .paper
        }
    }

    /// The configuration of a TOML file over a preset.
    ///
    /// - Throws: `PipelineError` of category usage for unknown keys, wrong types and impossible values.
    public init(toml text: String, path: String, preset: Preset = .default) throws {
        self = try Self.file.read(text, path: path, over: TrainingPlan(preset: preset))
        if let fault = model.fault ?? recipe.fault { throw PipelineError(.usage, "'\(path)': \(fault)") }
    }

    /// The TOML file that states every key.
    public var toml: String { Self.file.text(of: self) }
}
