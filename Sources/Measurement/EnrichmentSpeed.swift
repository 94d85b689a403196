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
    /// Threads of every contender whose name does not say otherwise.
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
    /// The first contender is packed FITS to latents, so that ratios tell what the rest of a row costs, with the
    /// files' pages mapped once for all rounds; the second opens the files and maps their pages each time, as `enrich`
    /// does. The last is the start-up that is part of the others. Several threads are measured in turns with one.
    ///
    /// - Parameters:
    ///   - name: Name of the task.
    ///   - copies: How often the survey is enriched in one run, so that start-up weighs little; once with the
    ///     slowest photometry.
    public func comparison(named name: String = "enrich", copies: Int = 1) throws -> Comparison {
        let inference = try LatentInference(model: model)
        let links = try survey.links(copies, in: folder + "/copies")
        let (source, threads) = (try LatentInference.Source(links), self.threads)
        let galaxies = copies * survey.count
        var contenders = [
            Contender("packed FITS to latents", items: galaxies) {
                _ = try inference.latents(of: source, threads: threads)
            },
            Contender("packed FITS to latents, mapped each time", items: galaxies) {
                _ = try inference.latents(
                    of: LatentInference.Source(links), threads: threads, keepsPages: false)
            },
        ]
        for method in PhotometryMethod.allCases {
            let isSlow = method == .sep
            for count in isSlow || threads == 1 ? [threads] : [threads, 1] {
                var enrichment = enrichment(
                    photometry: method.rawValue, cutouts: isSlow ? [survey.cutouts] : links)
                enrichment.threads = count
                let isSingle = count != threads
                var contender = contender(
                    "enrich, photometry \(method.rawValue)" + (isSingle ? ", 1 thread" : ""), enrichment,
                    galaxies: isSlow ? survey.count : galaxies)
                // It starts up on one thread, and the contender for that on several.
                if isSingle { contender.startUp = nil }
                contenders.append(contender)
            }
        }
        return Comparison(name, unit: "galaxy", threads: threads, contenders: contenders + [startUp])
    }

    /// An enrichment, whose start-up is told apart where it does more than one row.
    package func contender(_ name: String, _ enrichment: Enrichment, galaxies: Int) -> Contender {
        var contender = Contender(name, items: galaxies) {
            _ = try await enrichment.run(logger: Self.quiet)
        }
        if galaxies > 1 { contender.startUp = Self.startUpName }
        return contender
    }

    private static let startUpName = "start-up: an enrichment of one row"

    /// An enrichment of a single row, which is start-up: model, classifier, index, output.
    package var startUp: Contender {
        var enrichment = enrichment(photometry: PhotometryMethod.none.rawValue)
        enrichment.shard = Shard("1/\(survey.count)")
        let single = enrichment
        return Contender(Self.startUpName, items: 1) {
            _ = try await single.run(logger: Self.quiet)
        }
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
