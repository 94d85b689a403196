internal import FITS
internal import ImageFiles

extension PipelineError {
    /// The failure as a person meets it: every module's errors, sorted into categories.
    static func presenting(_ error: any Error) -> any Error {
        switch error {
        case is PipelineError, is CancellationError: error
        case let error as FITSError: PipelineError(error.category, error.description)
        case let error as ImageFileError: PipelineError(.inputOutput, error.description)
        default: PipelineError(.internal, "\(error)")
        }
    }
}

extension FITSError {
    /// Whether the file's content is at fault, or the system.
    fileprivate var category: PipelineError.Category {
        switch self {
        case .cannotOpen, .readFailed, .shrankWhileReading, .writeFailed, .beingWritten: .inputOutput
        case .resumeRefused: .usage
        default: .input
        }
    }
}
