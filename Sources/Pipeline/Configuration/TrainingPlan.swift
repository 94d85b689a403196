public import Catalogs
internal import Foundation
public import GalaxyModels

/// The file behind `--config`: the model's shape, the way it is trained, and how catalogues are laid out.
public struct TrainingPlan: Sendable, Equatable {
    /// The model's shape and inputs.
    public var model: GalaxyModelConfiguration
    /// The way it is trained.
    public var recipe: TrainingRecipe
    /// How class candidates are chosen and judged.
    public var classifier = ClassifierRecipe()
    /// Layout, units and column names of label catalogues.
    public var labels = LabelCatalogConfiguration()

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
        if let fault { throw PipelineError(.usage, "'\(path)': \(fault)") }
    }

    /// The configuration of a TOML file over a preset; the preset itself without a file.
    ///
    /// - Throws: `PipelineError`: inputOutput when the file cannot be read, else as `init(toml:path:preset:)`.
    public init(file path: String?, preset: Preset = .default) throws {
        guard let path else {
            self.init(preset: preset)
            return
        }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
        try self.init(toml: text, path: path, preset: preset)
    }

    /// What makes the configuration impossible; `nil` when nothing does.
    private var fault: String? { model.fault ?? recipe.fault ?? classifier.fault ?? labels.fault }

    /// Puts flags of the command line over the file.
    ///
    /// - Throws: `PipelineError` of category usage for impossible values.
    public mutating func override(epochs: Int?, seed: UInt64?, baseline: Bool) throws {
        if let epochs { recipe.epochs = epochs }
        if let seed { recipe.seed = seed }
        if baseline { recipe.objective = .baseline }
        if let fault { throw PipelineError(.usage, fault) }
    }

    /// The TOML file that states every key.
    public var toml: String { Self.file.text(of: self) }
}
