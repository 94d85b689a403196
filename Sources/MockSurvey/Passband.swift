internal import Foundation

/// The throughput of a filter, atmosphere and detector as a function of observed wavelength.
public struct Passband: Sendable {
    /// The band's name.
    public let name: String
    /// Wavelengths of the nodes in A, ascending.
    public let wavelengths: [Double]
    /// Photon throughput at the nodes; linear between them, zero outside.
    public let throughput: [Double]
    /// `Int lambda T dlambda` from the first node to each node.
    private let momentUpTo: [Double]
    /// `Int T dlambda / lambda`, the denominator of a photon-counting AB flux.
    public let inverseMoment: Double

    /// A passband from its nodes; wavelengths in A must ascend.
    public init(name: String, wavelengths: [Double], throughput: [Double]) {
        precondition(
            wavelengths.count == throughput.count && wavelengths.count > 1
                && zip(wavelengths, wavelengths.dropFirst()).allSatisfy { $0 < $1 },
            "Passband: \(name) needs ascending wavelengths, one throughput each")
        self.name = name
        self.wavelengths = wavelengths
        self.throughput = throughput
        var moments = [0.0]
        var inverse = 0.0
        for index in 1..<wavelengths.count {
            let (a, b) = Self.line(wavelengths, throughput, segment: index - 1)
            let (low, high) = (wavelengths[index - 1], wavelengths[index])
            moments.append(moments[index - 1] + Self.moment(a, b, high) - Self.moment(a, b, low))
            inverse += a * log(high / low) + b * (high - low)
        }
        momentUpTo = moments
        inverseMoment = inverse
    }

    /// Intercept and slope of the throughput between two nodes.
    private static func line(
        _ wavelengths: [Double], _ throughput: [Double], segment: Int
    ) -> (intercept: Double, slope: Double) {
        let slope =
            (throughput[segment + 1] - throughput[segment])
            / (wavelengths[segment + 1] - wavelengths[segment])
        return (throughput[segment] - slope * wavelengths[segment], slope)
    }

    /// Antiderivative of `lambda (a + b lambda)`.
    private static func moment(_ a: Double, _ b: Double, _ x: Double) -> Double {
        x * x * (a / 2 + b * x / 3)
    }

    /// The segment that contains a wavelength inside the passband.
    private func segment(at wavelength: Double) -> Int {
        var low = 0
        var high = wavelengths.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if wavelengths[middle] <= wavelength { low = middle } else { high = middle }
        }
        return low
    }

    /// Throughput at an observed wavelength in A.
    public func transmission(at wavelength: Double) -> Double {
        guard wavelength >= wavelengths[0], wavelength <= wavelengths[wavelengths.count - 1] else { return 0 }
        let (a, b) = Self.line(wavelengths, throughput, segment: segment(at: wavelength))
        return a + b * wavelength
    }

    /// `Int lambda T dlambda` between two observed wavelengths in A, exact for the piecewise linear curve.
    public func moment(from low: Double, to high: Double) -> Double {
        cumulativeMoment(high) - cumulativeMoment(low)
    }

    private func cumulativeMoment(_ wavelength: Double) -> Double {
        if wavelength <= wavelengths[0] { return 0 }
        if wavelength >= wavelengths[wavelengths.count - 1] { return momentUpTo[momentUpTo.count - 1] }
        let index = segment(at: wavelength)
        let (a, b) = Self.line(wavelengths, throughput, segment: index)
        return momentUpTo[index] + Self.moment(a, b, wavelength) - Self.moment(a, b, wavelengths[index])
    }

    /// The pivot wavelength in A, `sqrt(Int lambda T dlambda / Int T dlambda / lambda)`.
    public var pivotWavelength: Double {
        (momentUpTo[momentUpTo.count - 1] / inverseMoment).squareRoot()
    }
}
