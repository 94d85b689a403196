/// The bins of stellar age in which star-formation histories are written.
public struct AgeBins: Sendable {
    /// Edges in years before the time of observation, ascending from 0; one more than there are bins.
    public let edges: [Double]

    /// Number of bins.
    public var count: Int { edges.count - 1 }

    /// Fine where light changes fast; 10 and 100 Myr are edges, so that rates over these times are exact.
    public static let standard = AgeBins(
        edges: [
            0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 30, 40, 55, 75, 100, 130, 180, 250, 350, 500, 700, 1000,
            1300, 1700, 2200, 2800, 3500, 4300, 5200, 6200, 7300, 8500, 9800, 11_200, 12_600, 14_000,
        ].map { $0 * 1e6 })

    /// The bin that starts at 100 Myr: all before it are "recent".
    public var recentCount: Int { edges.firstIndex { $0 >= 1e8 } ?? count }

    /// Ages that sample a bin for averages over a constant star-formation rate, years.
    func samples(of bin: Int) -> [Double] {
        let (low, high) = (edges[bin], edges[bin + 1])
        return (0..<8).map { low + (high - low) * (Double($0) + 0.5) / 8 }
    }
}
