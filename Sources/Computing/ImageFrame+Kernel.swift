package import CKernels

extension galatea_frame {
    /// A frame as kernels take it.
    package init(_ frame: ImageFrame) {
        self.init(
            arrangement: galatea_arrangement(UInt32(frame.arrangement.rawValue)), first: frame.first,
            row: frame.row, plane: frame.plane, count: frame.count)
    }
}

extension ImageFrame {
    /// A frame as kernels give it.
    package init(_ frame: galatea_frame) {
        guard let arrangement = Arrangement(rawValue: Int32(frame.arrangement.rawValue)) else {
            preconditionFailure("ImageFrame: arrangement \(frame.arrangement)")
        }
        self.init(
            arrangement, first: frame.first, row: frame.row, plane: frame.plane, count: frame.count)
    }
}
