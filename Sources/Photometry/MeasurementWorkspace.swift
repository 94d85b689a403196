internal import CKernels

/// One thread's memory for measurements: planes, masks, tables, kept from galaxy to galaxy.
///
/// It adapts to the size of the cutout at hand; a measurement's result never depends on what was in it before.
public final class MeasurementWorkspace {
    private var geometry: CutoutGeometry?
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Memory that grows with its first use.
    public init() {}

    deinit { memory.deallocate() }

    /// The memory, divided.
    struct Parts {
        /// Bands in units of their noise, added.
        var stack = galatea_plane()
        /// The stack, smoothed.
        var smooth = galatea_plane()
        /// The stack at half its resolution.
        var halved = galatea_plane()
        /// Pixels of a border.
        var values: UnsafeMutablePointer<Float>
        /// Scratch of the noise's correlation.
        var noise: UnsafeMutablePointer<Float>
        /// One histogram a band.
        var histograms: UnsafeMutablePointer<galatea_sky_histogram>
        /// 64-bit words of a mask's row.
        var words: Int
        /// Masks: pixels of any source, of the target, of neighbours, of open sky; gaps of each band.
        var sources: UnsafeMutablePointer<UInt64>
        var target: UnsafeMutablePointer<UInt64>
        var others: UnsafeMutablePointer<UInt64>
        var free: UnsafeMutablePointer<UInt64>
        var gaps: UnsafeMutablePointer<UInt64>
        /// Scratch of the search for sources.
        var search: UnsafeMutableRawPointer
    }
    private var parts: Parts?

    /// The memory for a geometry, made anew when it is not the one before.
    func parts(width: Int, height: Int, bandCount: Int) -> Parts {
        let wanted = CutoutGeometry(bandCount: bandCount, width: width, height: height)
        if let parts, geometry == wanted { return parts }
        let words = (width + 63) / 64
        let plane = 4 * galatea_plane_size(Int32(width), Int32(height))
        let mask = 8 * words * height
        let sizes = [
            plane, plane, 4 * width * height, 4 * galatea_noise_scratch(Int32(width), Int32(height)),
            bandCount * MemoryLayout<galatea_sky_histogram>.stride, mask, mask, mask, mask, mask * bandCount,
            galatea_search_scratch(Int32(width), Int32(height)),
            4 * galatea_plane_size(Int32(width / 2), Int32(height / 2)),
        ].map { ($0 + 63) / 64 * 64 }
        memory.deallocate()
        let base = UnsafeMutableRawPointer.allocate(byteCount: sizes.reduce(0, +), alignment: 64)
        memory = UnsafeMutableRawBufferPointer(start: base, count: sizes.reduce(0, +))
        // Only the planes' margins must be 0; memory that is not touched costs nothing.
        base.initializeMemory(as: UInt8.self, repeating: 0, count: sizes[0] + sizes[1])
        (base + sizes[..<11].reduce(0, +)).initializeMemory(as: UInt8.self, repeating: 0, count: sizes[11])
        func part<Value>(_ index: Int, _ type: Value.Type) -> UnsafeMutablePointer<Value> {
            (base + sizes[..<index].reduce(0, +)).bindMemory(
                to: type, capacity: sizes[index] / MemoryLayout<Value>.stride)
        }
        func framed(_ index: Int, _ width: Int, _ height: Int) -> galatea_plane {
            galatea_plane(
                pixels: part(index, Float.self) + galatea_plane_start(Int32(width)), width: Int32(width),
                height: Int32(height), stride: galatea_plane_stride(Int32(width)))
        }
        let made = Parts(
            stack: framed(0, width, height), smooth: framed(1, width, height),
            halved: framed(11, width / 2, height / 2), values: part(2, Float.self),
            noise: part(3, Float.self),
            histograms: part(4, galatea_sky_histogram.self), words: words, sources: part(5, UInt64.self),
            target: part(6, UInt64.self), others: part(7, UInt64.self), free: part(8, UInt64.self),
            gaps: part(9, UInt64.self), search: base + sizes[..<10].reduce(0, +))
        geometry = wanted
        parts = made
        return made
    }
}
