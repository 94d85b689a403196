internal import Catalogs
internal import Discovery
internal import FITS
internal import GalaxyModels
internal import ImageFiles
internal import NeuralNetworks
internal import Safetensors

extension PipelineError {
    /// The failure as a person meets it: every module's errors, sorted into categories.
    static func presenting(_ error: any Error) -> any Error {
        switch error {
        case is PipelineError, is CancellationError: error
        case let error as FITSError: PipelineError(error.category, error.description)
        case let error as ImageFileError: PipelineError(.inputOutput, error.description)
        case let error as CatalogError: PipelineError(error.category, error.description)
        case let error as SafetensorsError: PipelineError(.model, error.description)
        case let error as DiscoveryError: PipelineError(.input, error.description)
        case let error as InputCache.CacheError: PipelineError(.inputOutput, error.description)
        case let error as TrainingError:
            if case .diverged = error {
                PipelineError(
                    .diverged, error.description,
                    hint: "lower training.learning_rate, or set training.gradient_clip")
            } else {
                PipelineError(.input, error.description)
            }
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

extension CatalogError {
    /// Whether the catalogue's content is at fault, the request, or the file under it.
    fileprivate var category: PipelineError.Category {
        switch self {
        case .fits(let error): error.category
        case .file: .inputOutput
        case .unknownFormat, .cannotResume: .usage
        default: .input
        }
    }
}
