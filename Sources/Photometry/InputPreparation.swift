internal import CKernels
public import Computing

/// The way of one cutout into a network: byte order, extinction, sky, scaling and resize in one pass.
///
/// A value made once per model and used from every thread, each with a `Workspace` of its own. The result of a
/// cutout depends on its pixels alone, not on its neighbours in a batch.
public struct InputPreparation: Sendable {
    /// Bands of a cutout.
    public let bandCount: Int
    /// How pixels are scaled.
    public let scaling: InputScaling
    /// The resize; its input is the size of every cutout.
    public let resize: BicubicResize
    /// Instruction set of the kernels.
    public let instructionSet: InstructionSet

    /// A preparation of cutouts of `bandCount` bands.
    ///
    /// - Parameters:
    ///   - bandCount: Bands of a cutout, at least 1.
    ///   - scaling: `meanMaxima` of the saturating one must have `bandCount` values.
    ///   - resize: From the cutouts' size to the network's.
    ///   - instructionSet: At most what the processor runs.
    public init(
        bandCount: Int, scaling: InputScaling, resize: BicubicResize,
        instructionSet: InstructionSet = .detected
    ) {
        precondition(bandCount > 0, "InputPreparation: \(bandCount) bands")
        precondition(
            instructionSet <= .detected, "InputPreparation: this processor does not run \(instructionSet)")
        if case .saturating(_, let maxima) = scaling {
            precondition(
                maxima.count == bandCount, "InputPreparation: \(maxima.count) maxima for \(bandCount) bands")
        }
        self.bandCount = bandCount
        self.scaling = scaling
        self.resize = resize
        self.instructionSet = instructionSet
    }

    /// Values of a prepared cutout, `height * width * bandCount`.
    public var outputCount: Int { resize.output.count * bandCount }
    /// Pixels of a cutout in all bands.
    public var inputCount: Int { resize.input.count * bandCount }

    /// Scratch memory of one thread.
    public struct Workspace: Sendable {
        /// What it was laid out for.
        private let bandCount: Int
        private let resize: BicubicResize
        private let instructionSet: InstructionSet
        private let arrangement: ImageFrame.Arrangement
        var floats: AlignedArray<Float>
        var border: [Float]
        var census: [galatea_pixel_census]
        var levels: [Float]
        var factors: [Float]

        /// Memory for cutouts of one preparation.
        ///
        /// - Parameters:
        ///   - preparation: The preparation.
        ///   - arrangement: That of the frames that the cutouts go to: `pixels` or `phases`.
        public init(for preparation: InputPreparation, arrangement: ImageFrame.Arrangement = .pixels) {
            precondition(arrangement != .planes, "InputPreparation: cutouts do not go to planes")
            (bandCount, resize) = (preparation.bandCount, preparation.resize)
            instructionSet = preparation.instructionSet
            self.arrangement = arrangement
            let needed = preparation.resize.horizontal.withKernelAxis {
                galatea_prepare_scratch(preparation.bandCount, $0)
            }
            floats = AlignedArray(repeating: 0, count: needed)
            let level = galatea_level(UInt32(preparation.instructionSet.rawValue))
            floats.withMutableSpan { floats in
                floats.withUnsafeMutableBufferPointer { floats in
                    preparation.resize.horizontal.withKernelAxis {
                        galatea_prepare_lay_out(
                            level, $0, galatea_arrangement(UInt32(arrangement.rawValue)), floats.baseAddress)
                    }
                }
            }
            border = Array(repeating: 0, count: preparation.resize.input.count)
            census = Array(repeating: galatea_pixel_census(), count: preparation.bandCount)
            levels = Array(repeating: 0, count: preparation.bandCount)
            factors = levels
        }

        /// Whether a preparation may use it for cutouts on their way to a frame.
        func isLaidOut(for preparation: InputPreparation, frame: ImageFrame) -> Bool {
            arrangement == frame.arrangement && bandCount == preparation.bandCount
                && instructionSet == preparation.instructionSet && resize.input == preparation.resize.input
                && resize.output == preparation.resize.output
        }
    }
}
