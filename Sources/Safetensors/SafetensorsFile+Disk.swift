internal import Foundation

extension SafetensorsFile {
    /// Reads the file at `path`.
    ///
    /// The size is checked against the header before memory is taken; a pipe or device is refused, not read.
    ///
    /// - Throws: `SafetensorsError`.
    public init(contentsOf path: String) throws(SafetensorsError) {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .unreadable(path: path, reason: Self.systemError()) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: Self.systemError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
        let fileLength = Int(status.st_size)
        let prefix = try Self.read(file, at: 0, count: min(8, fileLength), path: path, tensor: "header")
        let length = try SafetensorsHeader.length(prefix: prefix, fileLength: fileLength, path: path)
        let text = try Self.read(file, at: 8, count: length, path: path, tensor: "header")
        let start = 8 + length
        let header = try SafetensorsHeader(text: text, dataLength: fileLength - start, path: path)
        var tensors: [SafetensorsTensor] = []
        for entry in header.entries {
            let bytes = try Self.read(
                file, at: start + entry.range.lowerBound, count: entry.range.count, path: path,
                tensor: entry.name)
            tensors.append(
                SafetensorsTensor(name: entry.name, type: entry.type, shape: entry.shape, bytes: bytes))
        }
        self.init(metadata: header.metadata, tensors: tensors, path: path)
    }

    /// Writes the file at `path`: complete or not at all.
    ///
    /// The bytes go to `<path>.part`, are synchronised to the disk, and the file is renamed. What a killed run
    /// left under that name is written over, so that no run leaves files behind.
    ///
    /// - Throws: `SafetensorsError.unwritable`; the file that was there before is then untouched.
    public func write(to path: String) throws(SafetensorsError) {
        let header = try encodedHeader()
        let temporary = path + ".part"
        let file = open(temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .unwritable(path: path, reason: Self.systemError()) }
        guard Self.owns(temporary, file) else {
            close(file)
            throw .unwritable(path: path, reason: "another process is writing it")
        }
        var reason = ftruncate(file, 0) == 0 ? nil : Self.systemError()
        if reason == nil { reason = Self.write(header, to: file) }
        for tensor in tensors where reason == nil { reason = Self.write(tensor.bytes, to: file) }
        if reason == nil, fsync(file) != 0 { reason = Self.systemError() }
        if reason == nil, rename(temporary, path) != 0 { reason = Self.systemError() }
        if reason != nil { unlink(temporary) }
        if close(file) != 0, reason == nil { reason = Self.systemError() }
        if let reason {
            throw .unwritable(path: path, reason: reason)
        }
        try Self.synchroniseFolder(of: path)
    }

    /// Locks an open file for this writer alone; false when another writes it, or just renamed or removed it.
    private static func owns(_ path: String, _ file: Int32) -> Bool {
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return false }
        var (opened, named) = (stat(), stat())
        return fstat(file, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_mode & S_IFMT == S_IFREG
    }

    /// Makes the rename itself durable.
    private static func synchroniseFolder(of path: String) throws(SafetensorsError) {
        let folder = (path as NSString).deletingLastPathComponent
        let handle = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard handle >= 0 else { throw .unwritable(path: path, reason: systemError()) }
        defer { close(handle) }
        // Some file systems cannot synchronise a folder and say EINVAL; the file itself is safe there.
        if fsync(handle) != 0, errno != EINVAL { throw .unwritable(path: path, reason: systemError()) }
    }

    private static func read(
        _ file: Int32, at offset: Int, count: Int, path: String, tensor: String
    ) throws(SafetensorsError) -> [UInt8] {
        var failure: SafetensorsError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    file, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    failure = .shrunk(path: path, tensor: tensor)
                    return
                } else if errno != EINTR {
                    failure = .unreadable(path: path, reason: systemError())
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes`; the system's text when it fails.
    private static func write(_ bytes: [UInt8], to file: Int32) -> String? {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let written = Foundation.write(file, raw.baseAddress.map { $0 + done }, raw.count - done)
                if written > 0 {
                    done += written
                } else if written == 0 || errno != EINTR {
                    return systemError()
                }
            }
            return nil
        }
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}
