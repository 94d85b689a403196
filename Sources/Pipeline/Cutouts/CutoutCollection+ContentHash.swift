internal import Computing
internal import Foundation

extension CutoutCollection {
    /// Hashes of the bytes of every source, in the order of `sources`.
    ///
    /// That of a packed file is the SHA-256 of the file; that of a folder is taken over the names of its
    /// cutouts and the SHA-256 of each, in their order. A cutout that cannot be read counts as such: it is a
    /// flagged row, no reason to stop.
    ///
    /// - Throws: `PipelineError` when a packed file cannot be read; `CancellationError`.
    func contentHashes(
        loop: ParallelLoop, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> [String] {
        try sources.enumerated().map { number, source in
            if source.listing == nil { return try packedHash(source, flag: flag, progress: progress) }
            return try folderHash(number, loop: loop, flag: flag, progress: progress)
        }
    }

    private func packedHash(
        _ source: Source, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> String {
        let total = max(1, (source.size ?? 0) >> 20)
        var done = 0
        return try ContentHash.ofFile(source.path) { bytes in
            try flag.check()
            guard bytes >> 20 > done else { return }
            done = bytes >> 20
            progress(
                WorkProgress(
                    activity: "hashing", completed: min(done, total), total: total, unit: "MB"))
        }
    }

    private func folderHash(
        _ number: Int, loop: ParallelLoop, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> String {
        let files = files(ofSource: number)
        var hash = ContentHash()
        let block = 4096
        for start in stride(from: 0, to: files.count, by: block) {
            let part = Array(files[start..<min(files.count, start + block)])
            let hashes = try loop.mapChunks(count: part.count, chunk: 16, isCancelled: { flag.isRaised }) {
                range, _ in
                range.map { place in
                    Result { try ContentHash.ofFile(part[place]) }
                }
            }.flatMap { $0 }
            for (file, result) in zip(part, hashes) {
                hash.update(text: URL(fileURLWithPath: file).lastPathComponent)
                switch result {
                case .success(let text): hash.update(text: text)
                case .failure: hash.update(text: "unreadable")
                }
            }
            progress(
                WorkProgress(
                    activity: "hashing", completed: start + part.count, total: files.count, unit: "files"))
        }
        return hash.hexadecimal()
    }
}
