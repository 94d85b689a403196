internal import Astronomy
internal import Catalogs
internal import Discovery
internal import FITS
internal import Foundation
internal import GalaxyModels

/// Tells what a file or a model folder holds, without changing anything.
public struct Inspection: Sendable {
    /// The file or folder.
    public let path: String

    /// An inspection of a file or folder.
    public init(path: String) { self.path = path }

    /// What it holds, line by line.
    ///
    /// - Throws: `PipelineError` when it cannot be read or is nothing that galatea knows.
    public func lines() async throws -> [String] {
        try await BackgroundWork.run { _ in try describe() }
    }

    private func describe() throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw PipelineError(.inputOutput, "cannot open '\(path)': no such file or folder")
        }
        if isFolder.boolValue {
            let isModel = FileManager.default.fileExists(atPath: path + "/" + ModelFolder.File.description)
            return try isModel ? model() : folder()
        }
        let name = path.lowercased()
        let isText = [".csv", ".ecsv", ".txt", ".dat", ".cat", ".tsv"].contains { suffix in
            name.hasSuffix(suffix) || name.hasSuffix(suffix + ".gz")
        }
        return try isText ? table() : fits()
    }

    private func model() throws -> [String] {
        let folder = try ModelFolder(path: path)
        let configuration = folder.description.configuration
        let lines = [
            "model \(path)", "  model_id       \(folder.identifier)",
            "  bands          \(configuration.bands.map(\.name).joined(separator: " "))",
            "  cutouts        \(configuration.imageSize) px at \(configuration.pixelScale) arcsec, resized to \(configuration.inputSize) px",
            "  scaling        \(configuration.scaling.rawValue)",
            "  channels       \(configuration.channels)",
            "  latents        \(configuration.latents.map(\.rawValue).joined(separator: ", "))",
            "  classes        \(folder.classifier?.classes.joined(separator: ", ") ?? "no classifier")",
            "  reference set  \(folder.reference.map { "\($0.count) objects" } ?? "none")",
        ]
        return lines + card()
    }

    /// The model's card, which may be absent; one that is there but cannot be read says why.
    private func card() -> [String] {
        let file = path + "/" + ModelFolder.File.card
        do {
            return ["", try String(contentsOfFile: file, encoding: .utf8)]
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return []
        } catch {
            return ["", "cannot read '\(file)': \(error.localizedDescription)"]
        }
    }

    private func folder() throws -> [String] {
        let folder = try CutoutFolder(path: path)
        var lines = ["folder \(path): \(folder.names.count) cutouts, \(folder.otherNames.count) other files"]
        for name in folder.names.prefix(5) {
            do throws(FITSError) {
                lines.append("  \(name): " + describe(try LegacyCutout(path: path + "/" + name).image))
            } catch {
                lines.append("  \(name): \(error.description)")
            }
        }
        if folder.names.count > 5 { lines.append("  ...") }
        return lines
    }

    private func describe(_ image: GalaxyImage) -> String {
        let scale =
            // The same in every locale.
            image.pixelScale.map { " at \(String(format: "%.4g", $0)) arcsec" } ?? ""
        let names = QualityFlags.names.filter { image.flags.contains($0.flag) }.map(\.name)
        return "\(image.width) x \(image.height) px\(scale), bands \(image.bands.joined(separator: " "))"
            + (names.isEmpty ? "" : "; " + names.joined(separator: ", "))
    }

    private func fits() throws -> [String] {
        let file = try FITSFile(path: path)
        var lines = ["\(path): FITS, \(file.units.count) header-data units"]
        if PackedCutouts.isPacked(file) {
            let packed = try PackedCutouts(file)
            lines.append(
                "  packed cutouts: \(packed.count) objects, bands \(packed.bands.joined(separator: " ")), \(packed.width) x \(packed.height) px at \(packed.pixelScale) arcsec"
            )
        }
        for unit in file.units {
            let head = "  HDU \(unit.index) " + (unit.name.map { "\($0) " } ?? "")
            if unit.kind == .binaryTable {
                let table = try file.table(in: unit)
                lines.append(head + "table, \(table.rowCount) rows, \(table.columns.count) columns")
                lines += columns(table.columns)
            } else {
                lines.append(head + describe(unit))
            }
            lines += unit.header.cards.filter { Self.told.contains($0.keyword) }.map { card in
                "    \(card.keyword) = \(card.value.map { "\($0)" } ?? "")"
            }
        }
        return lines
    }

    /// Kind and size of a unit that is no table.
    private func describe(_ unit: HeaderDataUnit) -> String {
        let kind =
            switch unit.kind {
            case .empty: "no data"
            case .image: "image"
            case .binaryTable: "table"
            case .compressedImage: "compressed image, stored"
            case .other(let name): name
            }
        let axes = unit.axes.map(String.init).joined(separator: " x ")
        return axes.isEmpty ? kind : "\(kind) \(axes)"
    }

    /// Keywords that say where a file comes from.
    private static let told: Set<String> = [
        "BANDS", "SURVEY", "VERSION", "PIXSCALE", "GALFMT", "GALVERS", "ORIGIN", "SEED", "SELECT", "MODELID",
        "MODEL",
        "CREATOR", "PHOTOM", "COSMO", "IMF",
    ]

    private func table() throws -> [String] {
        let reader = try CatalogReader(path: path)
        return ["\(path): text table, \(reader.rowCount) rows"] + columns(reader.columns)
    }

    private func columns(_ columns: [ColumnDescription]) -> [String] {
        columns.map { column in
            let unit = column.unit.map { " [\($0)]" } ?? ""
            let width = column.width == 1 ? "" : " x \(column.width)"
            return "    \(column.name)\(unit): \(column.element)\(width)"
                + (column.description.map { "  \($0)" } ?? "")
        }
    }
}
