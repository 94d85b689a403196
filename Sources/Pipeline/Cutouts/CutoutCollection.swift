internal import Astronomy
internal import Catalogs
internal import Computing
internal import FITS
internal import Foundation

/// The cutouts of a command: packed files, folders or single cutouts, one behind the other, read by number from any thread.
///
/// A packed file tells the positions of its cutouts at once; those of a folder stand in the files' headers and
/// are read when they are asked for, see `locate`.
struct CutoutCollection: Sendable {
    /// A packed file or a folder.
    private enum Part: Sendable {
        case packed(PackedCutouts)
        case folder(CutoutFolder)

        var count: Int {
            switch self {
            case .packed(let file): file.count
            case .folder(let folder): folder.names.count
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
    /// What packed files say of the cutouts asked for lately.
    private let packedObjects = PackedObjectBlocks()
    /// Number of the first cutout of each part.
    private let starts: [Int]
    /// Number of cutouts.
    let count: Int
    /// The files and folders.
    let sources: [Source]
    /// Files of folders that are no cutouts.
    let otherFiles: [String]
    /// Identifiers and positions of the cutouts; positions in folders are unknown until they are read.
    private(set) var objects: SkyObjects
    /// Cutouts in folders whose headers could not be read when their positions were asked for, and why.
    private(set) var locationFaults: [Int: String] = [:]

    /// Opens the cutouts at these paths.
    ///
    /// - Parameters:
    ///   - paths: Packed files, folders, and files of one cutout.
    ///   - isLocated: Whether the positions of all cutouts in folders are read, from the header of each file.
    /// - Throws: `FITSError` or `PipelineError` when a packed file or a folder itself cannot be read; single
    ///   broken cutouts are no error here.
    init(paths: [String], isLocated: Bool = true) throws {
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
                parts.append(.folder(folder))
                others += folder.otherNames.map(folder.path(ofName:))
                sources.append(Source(path: path, listing: folder.listing))
                continue
            }
            let file = try FITSFile(mapping: path)
            if !PackedCutouts.isPacked(file), file.firstImage != nil {
                let cutout = CutoutFolder(cutout: path)
                parts.append(.folder(cutout))
                sources.append(Source(path: path, listing: cutout.listing))
            } else {
                let packed = try PackedCutouts(file)
                parts.append(.packed(packed))
                sources.append(Source(path: path, size: try Self.size(of: path), dataSum: packed.dataSum))
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
        objects = try Self.objects(of: parts, packedObjects)
        if isLocated { try locate() }
    }

    /// Bytes of a file.
    private static func size(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(String(cString: strerror(errno)))")
        }
        return Int(status.st_size)
    }

    /// Number of the part that holds a cutout.
    private func part(of index: Int) -> Int {
        // Parts without cutouts begin where the next one does.
        var (first, last) = (0, starts.count)
        while last - first > 1 {
            let middle = (first + last) / 2
            if starts[middle] <= index { first = middle } else { last = middle }
        }
        return first
    }

    /// Part and place of a cutout.
    private func place(of index: Int) -> (part: Part, number: Int, index: Int) {
        let number = part(of: index)
        return (parts[number], number, index - starts[number])
    }

    /// The cutout of a number, as bytes where it stands on a grid as it is, as an image otherwise.
    ///
    /// - Parameters:
    ///   - grid: The model's grid.
    ///   - target: Where the row's target lies.
    ///   - reader: Reads the files of this thread.
    func find(
        _ index: Int, on grid: ModelGrid, around target: SkyPosition?, reader: inout CutoutReader
    ) -> FoundCutout {
        let place = place(of: index)
        switch place.part {
        case .packed(let file):
            do throws(FITSError) {
                let object = try packedObjects.object(place.index, of: file, number: place.number)
                let stored = grid.stored(file, place.index, object, around: target)
                return stored.map { .stored($0) } ?? .read(read(index))
            } catch {
                return .read(.unreadable(error.description))
            }
        case .folder(let folder):
            do throws(FITSError) {
                let file = try reader.read(folder.path(place.index))
                if let stored = grid.stored(file, around: target) { return .stored(stored) }
                return .read(Self.reading(try file.cutout().image))
            } catch {
                return .read(.unreadable(error.description))
            }
        }
    }

    /// What an image of a single file tells.
    private static func reading(_ image: GalaxyImage) -> CutoutReading {
        CutoutReading(
            image: image, position: image.centre, foundPixelScale: image.pixelScale, flags: image.flags)
    }

    /// Says that the pixels of some cutouts, in any order, are about to be read.
    func expect(_ indices: some Sequence<Int>) {
        forEachStretch(of: indices) { $0.expect($1) }
    }

    /// Says that the pixels of some cutouts, in any order, are not needed again soon.
    func release(_ indices: some Sequence<Int>) {
        forEachStretch(of: indices) { $0.release($1) }
    }

    /// The given objects of packed files, those that lie side by side, or with one between them, together.
    private func forEachStretch(
        of indices: some Sequence<Int>, _ body: (PackedCutouts, Range<Int>) -> Void
    ) {
        var rest = indices.sorted()[...]
        precondition(rest.last ?? 0 < max(1, count), "CutoutCollection: cutout \(rest.last ?? 0) of \(count)")
        while let first = rest.popFirst() {
            let number = part(of: first)
            var last = first
            while let next = rest.first, next - last <= 2, next < starts[number] + parts[number].count {
                last = next
                rest.removeFirst()
            }
            guard case .packed(let file) = parts[number] else { continue }
            body(file, first - starts[number]..<last - starts[number] + 1)
        }
    }

    /// The cutout of a number; one that cannot be read says why.
    func read(_ index: Int) -> CutoutReading {
        let place = place(of: index)
        switch place.part {
        case .packed(let file):
            do throws(FITSError) {
                let object = try packedObjects.object(place.index, of: file, number: place.number)
                if object.flags.contains(.unreadable) {
                    return .unreadable("was unreadable when it was packed")
                }
                let image = try file.image(at: place.index)
                return CutoutReading(
                    image: image, position: object.position,
                    foundPixelScale: object.pixelScale.isFinite ? object.pixelScale : nil,
                    reddening: object.reddening.isFinite ? object.reddening : nil,
                    flags: image.flags.union(object.flags))
            } catch {
                return .unreadable(error.description)
            }
        case .folder(let folder):
            do throws(FITSError) {
                return Self.reading(try LegacyCutout(path: folder.path(place.index)).image)
            } catch {
                return .unreadable(error.description)
            }
        }
    }

    private static func objects(
        of parts: [Part], _ packedObjects: PackedObjectBlocks
    ) throws(FITSError) -> SkyObjects {
        // Numbers as long as all are.
        var (numbers, texts): ([Int64], [String]?) = ([], nil)
        var (right, declination): ([Double], [Double]) = ([], [])
        func add(_ identifier: CutoutIdentifier, _ position: SkyPosition?) {
            if case .integer(let number) = identifier, texts == nil {
                numbers.append(number)
            } else {
                if texts == nil { texts = numbers.map(\.description) }
                texts?.append(identifier.description)
            }
            right.append(position?.rightAscension ?? .nan)
            declination.append(position?.declination ?? .nan)
        }
        for (number, part) in parts.enumerated() {
            switch part {
            case .packed(let file):
                try packedObjects.forEach(of: file, number: number) { add($0.id, $0.position) }
            case .folder(let folder):
                for name in folder.names { add(.text(CutoutFolder.stem(of: name) ?? name), nil) }
            }
        }
        return SkyObjects(
            identifiers: texts.map { CatalogIdentifiers($0) } ?? CatalogIdentifiers(numbers),
            rightAscension: right, declination: declination)
    }

    /// The files of a folder's cutouts; none for a packed file.
    func files(ofSource number: Int) -> [String] {
        guard case .folder(let folder) = parts[number] else { return [] }
        return folder.names.indices.map(folder.path)
    }

    /// The file of a cutout; `nil` for one in a packed file.
    private func file(of index: Int) -> String? {
        let place = place(of: index)
        guard case .folder(let folder) = place.part else { return nil }
        return folder.path(place.index)
    }

    /// Reads the positions of cutouts in folders from their headers, on all threads.
    ///
    /// A file is opened and some 15 kB of it are read (a gzipped one is unpacked whole), which is short beside
    /// what estimating the cutout takes. A header that cannot be read leaves the position open and is noted in
    /// `locationFaults`.
    ///
    /// - Parameters:
    ///   - indices: Which cutouts; all when `nil`.
    ///   - isCancelled: Asked between files.
    mutating func locate(
        _ indices: [Int]? = nil, loop: ParallelLoop = ParallelLoop(),
        isCancelled: @Sendable () -> Bool = { false }
    ) throws {
        let files = (indices ?? Array(0..<count)).compactMap { index in
            file(of: index).map { (index: index, path: $0) }
        }
        guard !files.isEmpty else { return }
        let found = try loop.mapChunks(count: files.count, chunk: 64, isCancelled: isCancelled) { range, _ in
            range.map { place in
                Result { () throws(FITSError) in try CutoutHeader(path: files[place].path).centre }
            }
        }.flatMap { $0 }
        var (right, declination) = (objects.rightAscension, objects.declination)
        for (file, result) in zip(files, found) {
            switch result {
            case .success(let position):
                right[file.index] = position?.rightAscension ?? .nan
                declination[file.index] = position?.declination ?? .nan
            case .failure(let error): locationFaults[file.index] = error.description
            }
        }
        objects = SkyObjects(
            identifiers: objects.identifiers, rightAscension: right, declination: declination)
    }

    /// Pairs whose positions are compared before identifiers alone are trusted.
    private static let probes = 32

    /// Reads the positions that matching with these rows needs.
    ///
    /// Where every row finds exactly one cutout of its identifier no position is needed, so that each file is
    /// opened once, for its pixels. Numbers from 1 agree between any two lists, however: a few pairs are
    /// compared first, and when one of them lies apart all positions are read.
    mutating func locate(
        for rows: SkyObjects, loop: ParallelLoop = ParallelLoop(),
        isCancelled: @Sendable () -> Bool = { false }
    ) throws {
        if let cutouts = CatalogMatch.cutoutsByName(rows: rows, cutouts: objects), !cutouts.isEmpty {
            let step = (cutouts.count + Self.probes - 1) / Self.probes
            let probed = Array(stride(from: 0, to: cutouts.count, by: step))
            try locate(probed.map { cutouts[$0] }, loop: loop, isCancelled: isCancelled)
            let areApart = probed.contains { row in
                CatalogMatch.isElsewhere(row: rows.position(row), cutout: objects.position(cutouts[row]))
            }
            if !areApart { return }
        }
        try locate(loop: loop, isCancelled: isCancelled)
    }
}
