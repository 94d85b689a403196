internal import Catalogs
internal import Computing
internal import Foundation
internal import Photometry

extension Enrichment {
    /// Where the numbers come from: everything that can change a value, and nothing else. Once with the paths as
    /// they were given, for headers, and once with absolute ones, by which runs are compared.
    func provenance(
        _ folder: ModelFolder, _ collection: CutoutCollection, flag: CancellationFlag,
        progress: ProgressHandler
    ) throws -> (asGiven: Provenance, absolute: Provenance) {
        let hash = try catalog.map { path in
            let size =
                try FileManager.default.attributesOfItem(
                    atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)[.size] as? Int
            return (size: size ?? 0, text: try ContentHash.ofFile(path))
        }
        let contents =
            hashesInputs
            ? try collection.contentHashes(
                loop: ParallelLoop(threads: threads), flag: flag, progress: progress) : []
        return (
            provenance(folder, collection, catalogHash: hash, contents) { $0 },
            provenance(folder, collection, catalogHash: hash, contents) {
                URL(fileURLWithPath: $0).standardizedFileURL.path
            }
        )
    }

    private func provenance(
        _ folder: ModelFolder, _ collection: CutoutCollection, catalogHash: (size: Int, text: String)?,
        _ contents: [String], path: (String) -> String
    ) -> Provenance {
        var provenance = Provenance()
        provenance.add("creator", "galatea \(Version.number)", keyword: "CREATOR")
        provenance.add("model_id", folder.identifier, keyword: "MODELID")
        provenance.add("model", URL(fileURLWithPath: model).lastPathComponent, keyword: "MODEL")
        provenance.add("photometry", photometry.rawValue, keyword: "PHOTOM")
        provenance.add("neighbours", "\(neighbourCount)", keyword: "NEIGHBRS")
        if let shard { provenance.add("shard", "\(shard.index)/\(shard.count)", keyword: "SHARD") }
        if let catalog, let catalogHash {
            provenance.add("catalogue", path(catalog) + ", \(catalogHash.size) bytes")
            provenance.add("catalogue_sha256", catalogHash.text)
            if layout != LabelCatalogConfiguration() {
                provenance.add("catalogue_layout_sha256", ContentHash.of(text: TrainingPlan.text(of: layout)))
            }
        }
        for source in collection.sources {
            let size = source.size.map { ", \($0) bytes" } ?? ""
            provenance.add(
                "cutouts",
                path(source.path) + size + (source.dataSum.map { ", DATASUM \($0)" } ?? "")
                    + (source.listing.map { ", \($0)" } ?? ""))
        }
        for content in contents { provenance.add("cutouts_sha256", content) }
        provenance.addFlagNames()
        return provenance
    }
}
