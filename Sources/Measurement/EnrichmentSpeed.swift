internal import Foundation
package import Logging
internal import Photometry
package import Pipeline

/// How fast a model turns cutouts into latents and into rows of a catalogue.
public struct EnrichmentSpeed: Sendable {
    /// The model folder.
    public var model: String
    /// The packed cutouts.
    public var survey: SimulatedSurvey
    /// Threads of every contender.
    public var threads: Int
    /// Where catalogues go.
    public var folder: String

    /// A measurement of a model.
    public init(model: String, survey: SimulatedSurvey, threads: Int, folder: String) {
        self.model = model
        self.survey = survey
        self.threads = threads
        self.folder = folder
    }

    /// Packed FITS to latents, and the whole enrichment with each kind of photometry.
    ///
    /// The first contender is packed FITS to latents, so that ratios tell what the rest of a row costs.
    public func comparison(named name: String = "enrich") throws -> Comparison {
        let inference = try LatentInference(model: model)
        let (cutouts, threads) = (try LatentInference.Source([survey.cutouts]), self.threads)
        var contenders = [
            Contender("packed FITS to latents", items: survey.count) {
                _ = try inference.latents(of: cutouts, threads: threads)
            }
        ]
        for method in PhotometryMethod.allCases {
            contenders.append(
                Contender("enrich, photometry \(method.rawValue)", items: survey.count) {
                    _ = try await enrichment(photometry: method.rawValue).run(logger: Self.quiet)
                })
        }
        return Comparison(name, unit: "galaxy", threads: threads, contenders: contenders)
    }

    /// The enrichment of the survey into a FITS file of the folder.
    ///
    /// - Parameters:
    ///   - photometry: Name of the method.
    ///   - cutouts: Packed files; the survey's when `nil`.
    package func enrichment(photometry: String, cutouts: [String]? = nil) -> Enrichment {
        var enrichment = Enrichment(
            model: model, cutouts: cutouts ?? [survey.cutouts], outputs: [folder + "/enriched.fits"])
        enrichment.photometry = PhotometryMethod(rawValue: photometry) ?? .none
        enrichment.threads = threads
        return enrichment
    }

    /// A log that keeps quiet.
    package static var quiet: Logger {
        Logger(label: "measurement", factory: { _ in SwiftLogNoOpLogHandler() })
    }
}
