/// Writes a file of one image of 32-bit floats that grows along its last axis, plane after plane.
///
/// Planes go to `<path>.part`; `finish` sets the length and the checksums and renames the file. A run that
/// was killed can be gone on with. Not safe for use from several threads.
public final class ImageCubeWriter {
    private let file: RecordFile
    private let planeAxes: [Int]

    /// Planes that are in the file.
    public var planeCount: Int { file.count }

    /// Starts a cube, or goes on with the part file of a run that was killed.
    ///
    /// - Parameters:
    ///   - path: The file to be; a file of that name is replaced in the end.
    ///   - planeAxes: Lengths of one plane's axes, fastest first, such as `[width, height, bands]`.
    ///   - name: EXTNAME of the image.
    ///   - primary: Cards of the primary header.
    ///   - cards: Cards of the image's header.
    ///   - resume: `true` keeps the complete planes of an existing part file (see `planeCount`).
    ///   - sourceDate: The value of SOURCE_DATE_EPOCH; DATE is written only when there is one.
    public init(
        path: String, planeAxes: [Int], name: String, primary: [HeaderCard] = [],
        cards: [HeaderCard] = [], resume: Bool = false, sourceDate: String? = SourceDate.environment
    ) throws(FITSError) {
        precondition(
            !planeAxes.isEmpty && planeAxes.allSatisfy { $0 > 0 }, "ImageCubeWriter: planes of \(planeAxes)")
        self.planeAxes = planeAxes
        file = try RecordFile(
            path: path, primary: UnitCards.primary(primary, sourceDate: sourceDate),
            cards: UnitCards.image(name: name, bitsPerPixel: -32, axes: planeAxes + [0], cards),
            recordLength: 4 * planeAxes.reduce(1, *), countKeyword: "NAXIS\(planeAxes.count + 1)",
            resume: resume)
    }

    /// Adds whole planes: `count * planeAxes` pixels.
    public func append(_ pixels: [Float]) throws(FITSError) {
        let size = planeAxes.reduce(1, *)
        precondition(
            pixels.count.isMultiple(of: size), "ImageCubeWriter: \(pixels.count) pixels, planes of \(size)")
        try file.append(BigEndian.bytes(pixels), count: pixels.count / size)
    }

    /// Makes the planes so far survive a loss of power.
    public func synchronize() throws(FITSError) { try file.synchronize() }

    /// Completes the file and gives it its name. Nothing may be appended afterwards.
    public func finish() throws(FITSError) { try file.finish(comment: "") }

    /// Gives up and removes the part file.
    public func discard() { file.discard() }
}
