internal import Astronomy
internal import Catalogs
internal import FITS
internal import Foundation

/// The cutouts of a command: packed files or folders, one behind the other, read by number from any thread.
struct CutoutCollection: Sendable {
    /// A packed file or a folder.
    private enum Part: Sendable {
        case packed(PackedCutouts, objects: [PackedObject])
        case folder(CutoutFolder, positions: [SkyPosition?])

        var count: Int {
            switch self {
            case .packed(let file, _): file.count
            case .folder(let folder, _): folder.names.count
            }
        }
    }

    /// A file or folder with what identifies its content.
    struct Source: Sendable {
        /// The path as given.
        var path: String
        /// Bytes of the file; `nil` for a folder.
        var size: Int?
        /// DATASUM of the pixels where the file has it.
        var dataSum: String?
        /// Number of a folder's cutouts, and a hash of their names and sizes; `nil` for a file.
        var listing: String?
    }

    private let parts: [Part]
    /// Number of the first cutout of each part.
    private let starts: [Int]
    /// Number of cutouts.
    let count: Int
    /// The files and folders.
    let sources: [Source]
    /// Files of folders that are no cutouts.
    let otherFiles: [String]
    /// Identifiers and positions of the cutouts.
    let objects: SkyObjects

    /// Opens the cutouts at these paths.
    ///
    /// - Throws: `FITSError` or `PipelineError` when a packed file or a folder itself cannot be read; single
    ///   broken cutouts are no error here.
    init(paths: [String]) throws {
        var parts: [Part] = []
        var sources: [Source] = []
        var others: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw PipelineError(.inputOutput, "cannot open '\(path)': no such file or folder")
            }
            if isFolder.boolValue {
                let folder = try CutoutFolder(path: path)
                let positions = folder.names.indices.map { Self.position(of: folder.path($0)) }
                parts.append(.folder(folder, positions: positions))
                others += folder.otherNames.map { path + "/" + $0 }
                sources.append(Source(path: path, listing: folder.listing))
            } else {
                let file = try PackedCutouts(path: path)
                parts.append(.packed(file, objects: try file.objects(in: 0..<file.count)))
                let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
                sources.append(Source(path: path, size: size, dataSum: file.dataSum))
            }
        }
        self.parts = parts
        self.sources = sources
        otherFiles = others
        var starts: [Int] = []
        var total = 0
        for part in parts {
            starts.append(total)
            total += part.count
        }
        self.starts = starts
        count = total
        objects = Self.objects(of: parts)
    }

    /// Part and place of a cutout.
    private func place(of index: Int) -> (part: Part, index: Int) {
        let part = starts.lastIndex { $0 <= index } ?? 0
        return (parts[part], index - starts[part])
    }

    /// The cutout of a number; one that cannot be read says why.
    func read(_ index: Int) -> CutoutReading {
        let place = place(of: index)
        switch place.part {
        case .packed(let file, let objects):
            let object = objects[place.index]
            if object.flags.contains(.unreadable) { return .unreadable("was unreadable when it was packed") }
            do throws(FITSError) {
                let image = try file.image(at: place.index)
                return CutoutReading(
                    image: image, position: object.position,
                    foundPixelScale: object.pixelScale.isFinite ? object.pixelScale : nil,
                    reddening: object.reddening.isFinite ? object.reddening : nil,
                    flags: image.flags.union(object.flags))
            } catch {
                return .unreadable(error.description)
            }
        case .folder(let folder, let positions):
            do throws(FITSError) {
                let image = try LegacyCutout(path: folder.path(place.index)).image
                return CutoutReading(
                    image: image, position: positions[place.index], foundPixelScale: image.pixelScale,
                    flags: image.flags)
            } catch {
                return .unreadable(error.description)
            }
        }
    }

    /// The position at the middle of a cutout's image, from its header.
    private static func position(of path: String) -> SkyPosition? {
        // A file that cannot be read has no position; reading it later tells the user why.
        guard let image = try? LegacyCutout(path: path).image, let plane = image.plane else { return nil }
        return plane.position(at: SIMD2(Double(image.width - 1), Double(image.height - 1)) / 2)
    }

    private static func objects(of parts: [Part]) -> SkyObjects {
        var identifiers: [CutoutIdentifier] = []
        var positions: [SkyPosition?] = []
        for part in parts {
            switch part {
            case .packed(_, let objects):
                identifiers += objects.map(\.id)
                positions += objects.map(\.position)
            case .folder(let folder, let places):
                identifiers += folder.names.map { .text(CutoutFolder.stem(of: $0) ?? $0) }
                positions += places
            }
        }
        var numbers: [Int64] = []
        for case .integer(let number) in identifiers { numbers.append(number) }
        return SkyObjects(
            identifiers: numbers.count == identifiers.count
                ? CatalogIdentifiers(numbers) : CatalogIdentifiers(identifiers.map(\.description)),
            rightAscension: positions.map { $0?.rightAscension ?? .nan },
            declination: positions.map { $0?.declination ?? .nan })
    }
}
