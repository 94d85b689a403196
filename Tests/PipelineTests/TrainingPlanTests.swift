import GalaxyModels
import Pipeline
import Testing

@Suite("Training configuration file")
struct TrainingPlanTests {
    @Test("The printed file reads back as itself", arguments: TrainingPlan.Preset.allCases)
    func roundTrip(preset: TrainingPlan.Preset) throws {
        let configuration = TrainingPlan(preset: preset)
        // Latents are the preset's; every other key comes from the file.
        #expect(
            try TrainingPlan(toml: configuration.toml, path: "c.toml", preset: preset)
                == configuration)
    }

    @Test("Every key has a comment and a default")
    func comments() {
        let lines = TrainingPlan(preset: .default).toml.split(separator: "\n")
        let keys = lines.indices.filter { lines[$0].contains(" = ") && !lines[$0].hasPrefix("#") }
        #expect(keys.count > 30)
        #expect(keys.allSatisfy { $0 > 0 && lines[$0 - 1].hasPrefix("# ") })
    }

    @Test("A file changes what it names and nothing else")
    func override() throws {
        let text =
            "[training]\nepochs = 7\nlearning_rate = 1e-4\n[model]\nbands = [\"g\", \"z\"]\nfree_latents = 1\n"
        let configuration = try TrainingPlan(toml: text, path: "c.toml")
        #expect(configuration.recipe.epochs == 7)
        #expect(configuration.recipe.learningRate == 1e-4)
        #expect(configuration.model.bands.map(\.name) == ["g", "z"])
        #expect(configuration.model.bands.map(\.extinctionCoefficient) == [3.214, 1.211])
        #expect(configuration.model.latents.count == 5 + 3 + 1)
        #expect(configuration.recipe.batchSize == TrainingRecipe.standard.batchSize)
    }

    @Test(
        "Faults name file and place",
        arguments: [
            ("[training]\nepoch = 3", "'c.toml': unknown key training.epoch"),
            ("[trainings]\nepochs = 3", "'c.toml': unknown key [trainings]"),
            ("epochs = 3", "'c.toml': unknown key epochs"),
            ("[training]\nepochs = \"3\"", "'c.toml': training.epochs must be a whole number"),
            ("[training]\nepochs = 0", "'c.toml': epochs: at least 1 is needed"),
            ("[loss]\nobjective = \"elbow\"", "'c.toml': loss.objective must be one of"),
            ("[training\nepochs = 3", "cannot read 'c.toml': line 1"),
            ("[classifier]\ncost = 0.0", "'c.toml': cost: 0.0 is not above 0"),
            ("[classifier]\nlargest_class = 1", "'c.toml': largest_class: 1 is outside"),
            ("[classifier]\nsmallest_share = 2.0", "'c.toml': smallest_share: 2.0 is outside"),
            ("[classifier]\nfalse_positive_rates = { pea = 2.0 }", "'c.toml': false_positive_rates.pea: 2.0"),
            ("[classifier]\nprevalence = { pea = -1.0 }", "'c.toml': prevalence.pea: -1.0 is outside"),
            ("[catalog]\ndelimiter = \"ab\"", "'c.toml': catalog.delimiter must be \"auto\" or \"blanks\""),
            ("[catalog]\nmissing = { redshfit = [-1.0] }", "'c.toml': catalog.missing must be a table"),
            ("[catalog]\nposang_unit = \"hour\"", "'c.toml': posang_unit: hours are for right ascension"),
            ("[catalog]\nskip_lines = -1", "'c.toml': skip_lines: -1 is below 0"),
            ("[columns]\nredshift = \"\"", "'c.toml': redshift: the name of a column is empty"),
            ("[columns]\nz = \"zspec\"", "'c.toml': unknown key columns.z"),
            ("[model]\nsupervised = [\"redhsift\"]", "'c.toml': model.supervised must be a list"),
            ("[model]\nsupervised = [\"orientation_sine\"]", "'c.toml': latents: orientation_cosine and"),
            ("[model]\nextinction = [1.0]", "'c.toml': extinction"),
            ("[model]\nfree_latents = 1000000000000", "'c.toml': latents: none, more than"),
            ("[model]\njoint_features = 65537", "'c.toml': image_features, joint_features: must hold"),
            ("[model]\njoint_features = 65536\nimage_features = 8192", "'c.toml': joint_features: 8207"),
        ])
    func faults(text: String, message: String) {
        #expect {
            try TrainingPlan(toml: text, path: "c.toml")
        } throws: { error in
            guard let error = error as? PipelineError else { return false }
            return error.category == .usage && error.message.hasPrefix(message)
        }
    }

    @Test("A misspelt key is answered with the likely one")
    func suggestion() {
        #expect {
            try TrainingPlan(toml: "[training]\nbatchsize = 3", path: "c.toml")
        } throws: { ($0 as? PipelineError)?.hint == "did you mean training.batch_size?" }
    }
}
