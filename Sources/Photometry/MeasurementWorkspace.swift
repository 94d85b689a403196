internal import CKernels

/// One thread's memory for measurements: planes, masks, tables, kept from galaxy to galaxy.
///
/// It adapts to the size of the cutout at hand; a measurement's result never depends on what was in it before.
public final class MeasurementWorkspace {
    /// What the memory is laid out for; `nil` before the first cutout.
    private var geometry: CutoutGeometry?
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var parts: Parts?

    /// Memory that grows with its first use.
    public init() {}

    deinit { memory.deallocate() }

    /// The memory for a geometry, made anew when it is not the one before.
    func parts(width: Int, height: Int, bandCount: Int) -> Parts {
        let wanted = CutoutGeometry(bandCount: bandCount, width: width, height: height)
        if let parts, geometry == wanted { return parts }
        // Laid out once to see how much it takes, from an address that nothing is read from.
        var division = Division(next: UnsafeMutableRawPointer(bitPattern: Division.alignment)!)
        _ = Parts(&division, width: width, height: height, bandCount: bandCount)
        memory.deallocate()
        memory = .allocate(byteCount: division.count, alignment: Division.alignment)
        division = Division(next: memory.baseAddress!)
        let made = Parts(&division, width: width, height: height, bandCount: bandCount)
        // Only the planes' margins must be 0; memory that is not touched costs nothing.
        memory.baseAddress!.initializeMemory(as: UInt8.self, repeating: 0, count: made.planeBytes)
        geometry = wanted
        parts = made
        return made
    }
}

extension MeasurementWorkspace {
    /// Memory handed out piece by piece.
    fileprivate struct Division {
        static let alignment = 64
        var next: UnsafeMutableRawPointer
        var count = 0

        mutating func bytes(_ wanted: Int) -> UnsafeMutableRawPointer {
            let size = (wanted + Self.alignment - 1) / Self.alignment * Self.alignment
            defer {
                next += size
                count += size
            }
            return next
        }

        mutating func values<Value>(_ wanted: Int) -> UnsafeMutablePointer<Value> {
            bytes(wanted * MemoryLayout<Value>.stride).assumingMemoryBound(to: Value.self)
        }

        mutating func plane(width: Int, height: Int) -> galatea_plane {
            let (width, height) = (Int32(width), Int32(height))
            let start: UnsafeMutablePointer<Float> = values(galatea_plane_size(width, height))
            return galatea_plane(
                pixels: start + galatea_plane_start(width), width: width, height: height,
                stride: galatea_plane_stride(width))
        }
    }

    /// The memory, divided.
    struct Parts {
        /// Bands in units of their noise, added.
        let stack: galatea_plane
        /// The stack, smoothed.
        let smooth: galatea_plane
        /// The stack at half its resolution.
        let halved: galatea_plane
        /// That, smoothed.
        let halvedSmooth: galatea_plane
        /// Bytes of the planes, which come first.
        let planeBytes: Int
        /// What is known of each band.
        let bands: UnsafeMutableBufferPointer<MeasuredBand>
        /// One number a band: sky, weight or scale, sum of light, count of pixels.
        let levels: UnsafeMutablePointer<Float>
        let factors: UnsafeMutablePointer<Float>
        let sums: UnsafeMutablePointer<Double>
        let census: UnsafeMutablePointer<galatea_pixel_census>
        /// Pixels of a border.
        let values: UnsafeMutablePointer<Float>
        /// Scratch of the noise's correlation.
        let noise: UnsafeMutablePointer<Int16>
        /// One histogram a band.
        let histograms: UnsafeMutablePointer<galatea_sky_histogram>
        /// 64-bit words of a mask's row.
        let words: Int
        /// Masks: pixels of any source, of the target, of neighbours, of open sky; gaps of each band.
        let sources: UnsafeMutablePointer<UInt64>
        let target: UnsafeMutablePointer<UInt64>
        let others: UnsafeMutablePointer<UInt64>
        let free: UnsafeMutablePointer<UInt64>
        let gaps: UnsafeMutablePointer<UInt64>
        /// The same of the halved stack: pixels of any source, of the target.
        let halvedSources: UnsafeMutablePointer<UInt64>
        let halvedTarget: UnsafeMutablePointer<UInt64>
        /// Scratch of the search for sources.
        let search: UnsafeMutableRawPointer

        fileprivate init(_ division: inout Division, width: Int, height: Int, bandCount: Int) {
            stack = division.plane(width: width, height: height)
            smooth = division.plane(width: width, height: height)
            halved = division.plane(width: width / 2, height: height / 2)
            halvedSmooth = division.plane(width: width / 2, height: height / 2)
            planeBytes = division.count
            bands = UnsafeMutableBufferPointer(start: division.values(bandCount), count: bandCount)
            levels = division.values(bandCount)
            factors = division.values(bandCount)
            sums = division.values(bandCount)
            census = division.values(bandCount)
            values = division.values(width * height)
            noise = division.values(galatea_noise_scratch(Int32(width), Int32(height)))
            histograms = division.values(bandCount)
            words = (width + 63) / 64
            sources = division.values(words * height)
            target = division.values(words * height)
            others = division.values(words * height)
            free = division.values(words * height)
            gaps = division.values(words * height * bandCount)
            let halvedWords = (width / 2 + 63) / 64
            halvedSources = division.values(halvedWords * (height / 2))
            halvedTarget = division.values(halvedWords * (height / 2))
            search = division.bytes(galatea_search_scratch(Int32(width), Int32(height)))
        }
    }
}
