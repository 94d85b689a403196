import Astronomy
import Foundation
import GalaxyModels
import Testing

@Suite("Model configuration")
struct GalaxyModelConfigurationTests {
    @Test("The paper's network has its published sizes")
    func paper() {
        let paper = GalaxyModelConfiguration.paper()
        #expect(paper.mapSizes == [69, 35, 18])
        #expect(paper.flattenedSize == 10368)
        #expect(paper.latents.count == 5)
        #expect(paper.photometricFeatureCount == 0)
        #expect(paper.fault == nil)
    }

    @Test("Six bands need a configuration only")
    func rubin() {
        let bands = ["u", "g", "r", "i", "z", "y"].map { Band(name: $0, extinctionCoefficient: 2) }
        let rubin = GalaxyModelConfiguration.standard(bands: bands)
        #expect(rubin.fault == nil)
        #expect(rubin.photometricFeatureCount == 6 * 5)
        #expect(rubin.supervisedLatents == Array(0..<12))
        #expect(rubin.latents.contains(.colour(4)) && !rubin.latents.contains(.colour(5)))
    }

    @Test("A configuration survives JSON")
    func coding() throws {
        let configuration = GalaxyModelConfiguration.standard()
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(GalaxyModelConfiguration.self, from: data) == configuration)
    }

    @Test("Latents are coded by name; unknown names are refused")
    func latentNames() {
        let all: [LatentVariable] = GalaxyModelConfiguration.standard().latents + [.positionAngle]
        #expect(all.map(\.rawValue).compactMap(LatentVariable.init(rawValue:)) == all)
        for name in ["", "free_", "free_-1", "free_x", "Redshift"] {
            #expect(LatentVariable(rawValue: name) == nil)
        }
    }

    @Test("Impossible configurations name the faulty field")
    func faults() {
        func fault(_ change: (inout GalaxyModelConfiguration) -> Void) -> String {
            var configuration = GalaxyModelConfiguration.standard()
            change(&configuration)
            return configuration.fault ?? ""
        }
        #expect(fault { $0.bands = [] }.hasPrefix("bands"))
        #expect(fault { $0.bands.append($0.bands[0]) }.hasPrefix("bands"))
        #expect(fault { $0.imageSize = 0 }.hasPrefix("image_size"))
        #expect(fault { $0.inputSize = 0 }.hasPrefix("input_size"))
        #expect(fault { $0.pixelScale = .nan }.hasPrefix("pixel_scale"))
        #expect(fault { $0.pixelScaleRange = [2, 1] }.hasPrefix("pixel_scale_range"))
        #expect(fault { $0.channels = [16, 16, 16, 16, 16, 16, 16] }.hasPrefix("channels"))
        #expect(fault { $0.channels = [0] }.hasPrefix("channels"))
        #expect(fault { $0.jointFeatures = -1 }.hasPrefix("image_features"))
        #expect(fault { $0.apertureRadii = [0] }.hasPrefix("aperture_radii"))
        #expect(fault { $0.latents = [.redshift, .redshift] }.hasPrefix("latents"))
    }
}
